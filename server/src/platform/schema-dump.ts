import { readFileSync } from 'node:fs';
import type { Db } from './db.ts';

/**
 * The current schema as SQL that makes it anew, the same text for the same schema.
 *
 * Extensions, types, sequences, functions, tables, foreign keys, indexes, views and triggers of the
 * current schema, by kind and then by name; nothing that an extension owns, no rows, no grants, no partitions,
 * which come and go with time.
 */
async function dumpSchema(db: Db): Promise<string> {
  const statements: string[] = [];
  for (const part of PARTS) {
    const rows = await part(db);
    statements.push(...rows.map(({ sql }) => sql.trim()));
  }
  return `${statements.join('\n\n')}\n`;
}

/** What the database has that the file lacks, and the other way round. */
export interface Drift {
  /** Statements of the file that the database does not answer to. */
  readonly missing: string[];
  /** Statements that describe the database and are not in the file. */
  readonly unexpected: string[];
}

/**
 * Compares the database with server/migrations/schema.sql.
 *
 * Texts of views and functions are compared only on the major version that wrote the file, for each
 * version prints them in its own way.
 *
 * @returns null when they agree
 */
export async function schemaDrift(db: Db, schemaFile: string): Promise<Drift | null> {
  const text = readFileSync(schemaFile, 'utf8');
  const major = await majorVersion(db);
  const exact = text.startsWith(headerOf(major));
  const expected = statementsOf(text, exact);
  const found = statementsOf(await dumpSchema(db), exact);
  const missing = [...expected].filter((statement) => !found.has(statement));
  const unexpected = [...found].filter((statement) => !expected.has(statement));
  return missing.length + unexpected.length === 0 ? null : { missing, unexpected };
}

/** The text of server/migrations/schema.sql for a database that was just migrated. */
export async function schemaFileText(db: Db): Promise<string> {
  return `${headerOf(await majorVersion(db))}\n\n${await dumpSchema(db)}`;
}

/** Functions come before the tables that they read, so their bodies are not looked into. */
const headerOf = (major: number): string =>
  `-- The schema that the migrations make, as PostgreSQL ${major} tells it. Written by a test; do not edit.\n` +
  'set check_function_bodies = off;';

async function majorVersion(db: Db): Promise<number> {
  const [row] = await db<{ version: number }[]>`
    select current_setting('server_version_num')::int / 10000 as version
  `;
  return row?.version ?? 0;
}

/** Statements are parted by an empty line followed by a line that is not indented. */
function statementsOf(text: string, exact: boolean): Set<string> {
  const statements = text
    .split(/\n\n(?=\S)/)
    .map((statement) => statement.trim())
    .filter((statement) => !statement.startsWith('--'));
  return new Set(exact ? statements : statements.map(firstLineOfBody));
}

function firstLineOfBody(statement: string): string {
  return /^create (or replace )?(view|materialized view|function|procedure)/i.test(statement)
    ? (statement.split('\n')[0] ?? '')
    : statement;
}

type Part = (db: Db) => Promise<readonly { readonly sql: string }[]>;

const extensions: Part = (db) => db<{ sql: string }[]>`
  select format('create extension %I;', extname) as sql
    from pg_extension
   where extname <> 'plpgsql'
   order by extname
`;

const types: Part = (db) => db<{ sql: string }[]>`
  select case t.typtype
           when 'e' then format('create type %I as enum (%s);', typname, (
             select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
               from pg_enum where enumtypid = t.oid))
           else format('create domain %I as %s%s%s;', typname, format_type(typbasetype, typtypmod),
             case when typnotnull then ' not null' else '' end,
             (select string_agg(format(' constraint %I %s', conname, pg_get_constraintdef(oid)), ''
                       order by conname collate "C")
                from pg_constraint where contypid = t.oid and contype = 'c'))
         end as sql
    from pg_type t
   where typnamespace = current_schema()::regnamespace and typtype in ('e', 'd')
     and not exists (select from pg_depend where objid = t.oid and deptype = 'e')
   order by typname collate "C"
`;

const sequences: Part = (db) => db<{ sql: string }[]>`
  select format('create sequence %I as %s increment %s start %s;',
           relname, format_type(seqtypid, null), seqincrement, seqstart) as sql
    from pg_class join pg_sequence on seqrelid = pg_class.oid
   where relnamespace = current_schema()::regnamespace
     and not exists (select from pg_depend where objid = pg_class.oid and deptype in ('e', 'i'))
   order by relname collate "C"
`;

/** Those that take rows of tables can only be made when the tables are there; tables need the others. */
const functionsOf =
  ({ takeRows }: { takeRows: boolean }): Part =>
  (db) =>
    db<{ sql: string }[]>`
  select pg_get_functiondef(p.oid) || ';' as sql
    from pg_proc p
   where pronamespace = current_schema()::regnamespace and prokind in ('f', 'p')
     and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
     and ${takeRows} = exists (select from unnest(p.proargtypes) a join pg_type t on t.oid = a
                                where t.typrelid <> 0)
   order by proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C"
`;

const tables: Part = (db) => db<{ sql: string }[]>`
  with line as (
    select attrelid as relid, 1 as kind, attnum::text as key, attnum as place,
           concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
             (select 'collate ' || quote_ident(collname)
                from pg_collation c join pg_type t on t.oid = atttypid
               where c.oid = attcollation and attcollation <> typcollation),
             case attidentity when 'a' then 'generated always as identity'
                              when 'd' then 'generated by default as identity' end,
             case attgenerated when 's' then 'generated always as (' || expression || ') stored'
                               when 'v' then 'generated always as (' || expression || ') virtual'
                               else 'default ' || expression end,
             case when attnotnull then 'not null' end) as text
      from pg_attribute
      left join lateral (
        select pg_get_expr(adbin, adrelid) as expression
          from pg_attrdef where adrelid = attrelid and adnum = attnum) d on true
     where attnum > 0 and not attisdropped
    union all
    select conrelid, 2, conname, 0, format('constraint %I %s', conname, pg_get_constraintdef(oid))
      from pg_constraint
     where contype in ('c', 'p', 'u', 'x')
  )
  select format(E'create %stable %I (\n%s\n)%s%s;',
           case when relpersistence = 'u' then 'unlogged ' else '' end,
           relname,
           (select string_agg('  ' || text, E',\n' order by kind, place, key collate "C")
              from line where relid = r.oid),
           ' partition by ' || pg_get_partkeydef(r.oid),
           ' with (' || array_to_string(reloptions, ', ') || ')') as sql
    from pg_class r
   where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
     and not relispartition
     and not exists (select from pg_depend where objid = r.oid and deptype = 'e')
   order by relname collate "C"
`;

const foreignKeys: Part = (db) => db<{ sql: string }[]>`
  select format('alter table %s add constraint %I %s;',
           conrelid::regclass, conname, pg_get_constraintdef(oid)) as sql
    from pg_constraint
   where connamespace = current_schema()::regnamespace and contype = 'f' and conparentid = 0
   order by conrelid::regclass::text collate "C", conname collate "C"
`;

const indexes: Part = (db) => db<{ sql: string }[]>`
  select pg_get_indexdef(indexrelid) || case when indisvalid then ';' else '; -- not valid' end as sql
    from pg_index join pg_class on pg_class.oid = indexrelid
   where relnamespace = current_schema()::regnamespace and not relispartition
     and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
   order by relname collate "C"
`;

const views: Part = (db) => db<{ sql: string }[]>`
  select format(E'create %sview %I as\n%s',
           case when relkind = 'm' then 'materialized ' else '' end,
           relname, pg_get_viewdef(oid, true)) as sql
    from pg_class
   where relnamespace = current_schema()::regnamespace and relkind in ('v', 'm')
     and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
   -- A view may stand on an older one.
   order by oid
`;

const triggers: Part = (db) => db<{ sql: string }[]>`
  select pg_get_triggerdef(t.oid, true) || ';' as sql
    from pg_trigger t join pg_class r on r.oid = tgrelid
   where relnamespace = current_schema()::regnamespace and not tgisinternal and tgparentid = 0
   order by relname collate "C", tgname collate "C"
`;

const PARTS: readonly Part[] = [
  extensions,
  types,
  sequences,
  functionsOf({ takeRows: false }),
  tables,
  functionsOf({ takeRows: true }),
  foreignKeys,
  indexes,
  views,
  triggers,
];
