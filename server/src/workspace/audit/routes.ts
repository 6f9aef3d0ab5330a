import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Db } from '../../platform/db.ts';
import { Instant, Nullable, PageQuery, pageSchema } from '../../platform/http.ts';
import { instantFrom } from '../../platform/instant.ts';
import { afterOf, pageOf, type PageAfter } from '../../platform/page.ts';
import { auditTimeInvalid } from '../errors.ts';
import { entryViewOf, type AuditEntry, type AuditFilter } from './entry.ts';
import { listEntries } from './sql.ts';

interface AuditRouteDeps {
  readonly db: Db;
}

const tags = ['audit'];
const EXPORT_PAGE = 500;
/** The database takes any text but one with a NUL. */
const PLAIN = String.raw`^[^\u0000]+$`;
const Word = Type.Optional(Type.String({ pattern: PLAIN, maxLength: 320 }));
const Time = Type.Optional(
  Type.String({
    maxLength: 40,
    description: 'ISO 8601: a date, or a date and time with its offset',
  }),
);

const FilterQuery = {
  actor: Type.Optional(
    Type.String({
      pattern: PLAIN,
      maxLength: 320,
      description: 'The id of a member or a key, or the address of a member',
    }),
  ),
  action: Word,
  target_kind: Word,
  target_id: Word,
  from: Time,
  to: Time,
};

const Difference = Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
  description: 'Only the members that differ; long texts as length and sha256, secrets as •••',
});

const EntryView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  at: Instant,
  side: Type.Enum(['live', 'test']),
  actor: Type.Object({
    kind: Type.Enum(['member', 'key', 'code', 'system']),
    id: Nullable(Type.String()),
    name: Type.Union([Type.String(), Type.Null()], {
      description: 'The address of a member, the hint of a key, the command of code',
    }),
  }),
  reason: Type.Union([Type.String(), Type.Null()], {
    description: 'Why, where nobody ordered it',
  }),
  action: Type.String({ description: 'noun.verb' }),
  target: Type.Object({
    kind: Type.String(),
    id: Type.String(),
    name: Nullable(Type.String()),
  }),
  before: Difference,
  after: Difference,
  is_cut: Type.Boolean({ description: 'Something was too long to keep whole' }),
  request_id: Nullable(Type.String()),
  address: Type.Union([Type.String(), Type.Null()], { description: 'Of the caller' }),
});

/** `/api/v1/audit`: for owners and editors. Registered inside the authenticated scope. */
export const auditRoutes: FastifyPluginAsyncTypebox<AuditRouteDeps> = async (app, { db }) => {
  app.get(
    '/audit',
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: 'List what was changed and by whom, youngest first',
        querystring: Type.Object({ ...PageQuery, ...FilterQuery }),
        response: { 200: pageSchema(EntryView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, ...query } }) => {
      const page = { after: afterOf(cursor), limit: limit + 1 };
      const rows = await listEntries(db, { workspaceId, filter: filterOf(query), ...page });
      return pageOf(rows, { limit, keyOf, viewOf: entryViewOf });
    },
  );

  app.get(
    '/audit/export',
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: 'All of the log that is asked for, as JSON Lines, youngest first',
        querystring: Type.Object(FilterQuery),
        response: {
          200: {
            description: 'One entry on each line, as the list gives it',
            content: { 'application/jsonl': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
        },
      },
    },
    async ({ actor: { workspaceId }, query }, reply) => {
      void reply.header('Content-Type', 'application/jsonl; charset=utf-8');
      void reply.header('Content-Disposition', 'attachment; filename="audit.jsonl"');
      const filter = filterOf(query);
      return reply.send(Readable.from(exported(db, { workspaceId, filter })));
    },
  );
};

/** The file, a page at a time: as much is read as the caller takes. */
async function* exported(
  db: Db,
  { workspaceId, filter }: { workspaceId: string; filter: AuditFilter },
): AsyncGenerator<string> {
  let after: PageAfter | null = null;
  for (;;) {
    const ask = { workspaceId, filter, after, limit: EXPORT_PAGE };
    const rows: AuditEntry[] = await listEntries(db, ask);
    yield rows.map((row) => `${JSON.stringify(entryViewOf(row))}\n`).join('');
    const last = rows.at(-1);
    if (rows.length < EXPORT_PAGE || last === undefined) return;
    after = keyOf(last);
  }
}

interface SentFilter {
  actor?: string;
  action?: string;
  target_kind?: string;
  target_id?: string;
  from?: string;
  to?: string;
}

const filterOf = (query: SentFilter): AuditFilter => ({
  actor: query.actor ?? null,
  action: query.action ?? null,
  targetKind: query.target_kind ?? null,
  targetId: query.target_id ?? null,
  from: instantOf('from', query.from),
  to: instantOf('to', query.to),
});

/** @throws `workspace.audit_time_invalid` */
function instantOf(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const at = instantFrom(text);
  if (at === null) throw auditTimeInvalid(name);
  return at;
}

const keyOf = ({ at, id }: AuditEntry): PageAfter => ({ at, id });
