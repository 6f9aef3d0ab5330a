import { Type } from 'typebox';
import { Instant, isoOf, Nullable } from '../platform/http.ts';
import {
  FILE_FORMATS,
  IMPORT_KINDS,
  IMPORT_STATES,
  SOURCES,
  type Import,
  type LineFault,
} from './import.ts';

const Kind = Type.Enum([...IMPORT_KINDS]);
export const Format = Type.Enum([...FILE_FORMATS]);
const SourceSchema = Type.Enum([...SOURCES]);

const Flag = Type.Optional(Type.Boolean());

/** What is asked of an import, in the address: the body is the file. */
export const ImportQuery = Type.Object({
  kind: Kind,
  format: Type.Optional(Format),
  source: Type.Optional(SourceSchema),
  dry_run: Flag,
  start_series: Type.Optional(
    Type.Boolean({ description: 'Series may start by what is imported; without it none does' }),
  ),
  confirmed: Type.Optional(
    Type.Boolean({ description: 'Whoever joins a list has confirmed it elsewhere' }),
  ),
  list_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'The list that users join; of list_members the list of lines that name none',
    }),
  ),
  mapping: Type.Optional(
    Type.String({
      maxLength: 65_536,
      description:
        'JSON: by the name of a column, a field such as traits.age:number, or null to leave it out',
    }),
  ),
});

const Count = Type.Integer({ minimum: 0 });

export const ImportView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Kind,
  format: Format,
  source: SourceSchema,
  state: Type.Enum([...IMPORT_STATES]),
  dry_run: Type.Boolean(),
  start_series: Type.Boolean(),
  confirmed: Type.Boolean(),
  list_id: Nullable(Type.String()),
  bytes: Count,
  lines: Count,
  progress: Type.Object({
    handled: Count,
    created: Count,
    changed: Count,
    unchanged: Count,
    bad: Count,
    warned: Count,
  }),
  fault: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed' }),
  created_at: Instant,
  worked_at: Nullable(Instant),
  ended_at: Nullable(Instant),
});

export const importViewOf = (one: Import) => ({
  id: one.id,
  kind: one.kind,
  format: one.format,
  source: one.source,
  state: one.state,
  dry_run: one.options.isDryRun,
  start_series: one.options.mayStart,
  confirmed: one.options.isConfirmed,
  list_id: one.options.listId,
  bytes: one.bytes,
  lines: one.lineCount,
  progress: one.counts,
  fault: one.fault,
  created_at: one.createdAt.toISOString(),
  worked_at: isoOf(one.workedAt),
  ended_at: isoOf(one.endedAt),
});

/** The beginning of a file, to be told what it would be taken for. */
export const LookBody = Type.Object(
  {
    kind: Kind,
    source: Type.Optional(SourceSchema),
    head: Type.String({
      minLength: 1,
      maxLength: 100_000,
      description: 'The first line of the file, or more of it',
    }),
  },
  { additionalProperties: false },
);

export const LookAnswer = Type.Object({
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      target: Type.Union([Type.String(), Type.Null()], {
        description: 'What it is read as; null where it is left out',
      }),
      example: Nullable(Type.String()),
    }),
  ),
  fields: Type.Array(Type.String(), { description: 'What columns of this kind may be read as' }),
  fault: Type.Union([Type.String(), Type.Null()], { description: 'Why it could not be imported' }),
});

export const faultViewOf = ({ line, isWarning, field, reason }: LineFault) => ({
  line,
  level: isWarning ? ('warning' as const) : ('error' as const),
  field,
  reason,
});
