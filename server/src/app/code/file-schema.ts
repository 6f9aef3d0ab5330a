import { FILTER_SCHEMAS } from '../../audience/index.ts';
import { FILE_STATUSES } from '../../enrollment/index.ts';
import { NAME_LENGTH_MAX, SettingsSchema, StepSchema, STEPS_MAX } from '../../series/index.ts';

/** Members of a file that name other files, and what each holds. */
export const FILE_MEMBERS = {
  html_file: { member: 'html', ending: 'html', words: 'the body in HTML' },
  mjml_file: { member: 'mjml', ending: 'mjml', words: 'the body in MJML' },
  text_file: { member: 'text', ending: 'txt', words: 'the text part' },
  content_file: { member: 'content', ending: 'json', words: 'the body as rich text, in JSON' },
} as const;

export type FileMember = keyof typeof FILE_MEMBERS;

/** A JSON Schema, as far as it is looked into. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
}

/** Where a server has the schema. */
export const SCHEMA_PATH = '/schemas/series.json';

/**
 * The JSON Schema of the file of a series, for editors: made from the schemas of the API, with the
 * members that name other files.
 */
export function fileSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A series of Milepost',
    type: 'object',
    required: ['name', 'steps'],
    additionalProperties: false,
    properties: {
      name: { type: 'string', minLength: 1, maxLength: NAME_LENGTH_MAX },
      status: {
        enum: [...FILE_STATUSES],
        description: 'Left out: whatever it is on the server',
      },
      settings: { ...plain(SettingsSchema), additionalProperties: false },
      steps: { type: 'array', maxItems: STEPS_MAX, items: stepSchema() },
    },
    $defs: Object.fromEntries(
      FILTER_SCHEMAS.map((schema) => {
        const { $id, ...rest } = plain(schema);
        return [String($id), rest];
      }),
    ),
  };
}

/** The schema of each type of step, with what a file may say besides. */
function stepSchema(): JsonSchema {
  const { anyOf = [] } = plain(StepSchema);
  return { anyOf: anyOf.map((one) => closed(one.title === 'email' ? withFiles(one) : one)) };
}

const closed = (schema: JsonSchema): JsonSchema => ({ ...schema, additionalProperties: false });

const FILES: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(FILE_MEMBERS).map(([name, { words }]) => [
    name,
    { type: 'string', description: `A file with ${words}; its place from this file` },
  ]),
);

/** An email, or a variant of one. */
function withFiles(schema: JsonSchema): JsonSchema {
  const { variants, ...properties } = schema.properties ?? {};
  const all = { ...properties, ...FILES };
  if (variants === undefined) return { ...schema, properties: all };
  const anyOf = variants.anyOf?.map((one) =>
    one.items === undefined ? one : { ...one, items: closed(withFiles(one.items)) },
  );
  return { ...schema, properties: { ...all, variants: { ...variants, ...(anyOf && { anyOf }) } } };
}

/** As it is published, with references into the document. */
const plain = (schema: object): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? `#/$defs/${value.replace(/#$/, '')}` : value,
  ) as JsonSchema;
