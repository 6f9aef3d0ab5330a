/** What we read of an OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
}

/** Types shorter than this are written out wherever they stand. */
const NAMED_FROM_LENGTH = 160;
const HEAD = `// Made from the OpenAPI document of the server; do not edit.
// A test compares the two; run it with -u to write this file anew.
`;

/**
 * The TypeScript of all operations of a document: `Operations['GET /users/{user_id}']` has the members
 * `path`, `query`, `body` and `answer`. What stands in several places gets a name once.
 *
 * @param prefix paths begin with it, and are named without it; others are left out
 */
export function operationTypesOf(document: OpenApiDocument, prefix: string): string {
  const names = createNames();
  const components = Object.entries(document.components?.schemas ?? {}).map(([key, schema]) => {
    names.reserve(`#/components/schemas/${key}`, pascalOf(schema.title ?? key));
    return [key, schema] as const;
  });
  const write = writerOf(names);
  const operations = Object.entries(document.paths)
    .filter(([path]) => path.startsWith(prefix))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path.slice(prefix.length)}`,
        operation,
      })),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const shared = components.map(
    ([key, schema]) =>
      `${docOf(schema)}export type ${names.of(`#/components/schemas/${key}`)} = ${write(schema, [key])};\n`,
  );
  const members = operations.map(({ name, operation }) => operationOf(name, operation, write));
  return [
    HEAD,
    ...shared,
    ...names.declarations(),
    `${OPERATIONS_DOC}export interface Operations {\n${members.join('')}}\n`,
  ].join('\n');
}

const OPERATIONS_DOC =
  '/** Every call by its method and path, with what goes into it and what comes back. */\n';

const docOf = ({ description }: Schema): string =>
  description === undefined ? '' : `/** ${description.replaceAll('*/', '')}. */\n`;

type Write = (schema: Schema, at: readonly string[]) => string;

function operationOf(name: string, operation: Operation, write: Write): string {
  const at = name.split(/[^a-z]+/i).filter((word) => word !== '' && !/^[A-Z]+$/.test(word));
  const parameters = (place: string): string => {
    const members = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === place)
      .map(
        (each) =>
          `readonly ${keyOf(each.name)}${each.required === true ? '' : '?'}: ${write(each.schema, [...at, each.name])};`,
      );
    return members.length === 0 ? 'undefined' : `{ ${members.join(' ')} }`;
  };
  const body = operation.requestBody?.content['application/json']?.schema;
  return [
    `  /** ${(operation.summary ?? '').replaceAll('*/', '')}. */\n  '${name}': {\n`,
    `    path: ${parameters('path')};\n    query: ${parameters('query')};\n`,
    `    body: ${body === undefined ? 'undefined' : write(body, at)};\n`,
    `    answer: ${answerOf(operation, write, at)};\n  };\n`,
  ].join('');
}

/** Of the 2xx answers; a file is text, and nothing is undefined. */
function answerOf(operation: Operation, write: Write, at: readonly string[]): string {
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => {
      const json = content?.['application/json']?.schema;
      if (json !== undefined) return write(json, at);
      return content === undefined ? 'undefined' : 'string';
    });
  return [...new Set(answers)].join(' | ') || 'undefined';
}

/** Writes schemas as types, and gives names to the long ones. */
function writerOf(names: Names): Write {
  const write: Write = (schema, at) => {
    if (schema.$ref !== undefined) return names.of(schema.$ref);
    const text = plain(schema, at);
    const isObject =
      text.startsWith('{') && schema.anyOf === undefined && schema.allOf === undefined;
    return isObject && text.length >= NAMED_FROM_LENGTH
      ? names.declare(text, schema.title ?? at.slice(-2).join('_'))
      : text;
  };
  const plain = (schema: Schema, at: readonly string[]): string => {
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum !== undefined)
      return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
    const union = schema.anyOf ?? schema.oneOf;
    if (union !== undefined) return unionOf(union.map((each) => write(each, at)));
    if (schema.allOf !== undefined) return schema.allOf.map((each) => write(each, at)).join(' & ');
    if (Array.isArray(schema.type)) {
      return unionOf(schema.type.map((type: string) => plain({ ...schema, type }, at)));
    }
    switch (schema.type) {
      case 'string':
      case 'boolean':
      case 'null':
        return schema.type;
      case 'number':
      case 'integer':
        return 'number';
      case 'array':
        return `readonly ${inBrackets(write(schema.items ?? {}, at))}[]`;
      case 'object':
        return objectOf(schema, at);
      default:
        return schema.properties === undefined ? 'unknown' : objectOf(schema, at);
    }
  };
  const objectOf = (schema: Schema, at: readonly string[]): string => {
    const required = new Set(schema.required);
    const members = Object.entries(schema.properties ?? {}).map(
      ([key, each]) =>
        `readonly ${keyOf(key)}${required.has(key) ? '' : '?'}: ${write(each, [...at, key])};`,
    );
    const rest = schema.additionalProperties ?? Object.values(schema.patternProperties ?? {})[0];
    if (members.length === 0) {
      const value = typeof rest === 'object' ? write(rest, at) : 'unknown';
      return `Readonly<Record<string, ${value}>>`;
    }
    if (rest === true || (typeof rest === 'object' && members.length > 0)) {
      members.push('readonly [name: string]: unknown;');
    }
    return `{ ${members.join(' ')} }`;
  };
  return write;
}

/** Each once; what is a union of plain types itself is taken apart. */
const unionOf = (types: readonly string[]): string =>
  [...new Set(types.flatMap((type) => (/[{(<]/.test(type) ? [type] : type.split(' | '))))].join(
    ' | ',
  );
const inBrackets = (type: string): string => (/^[\w.]+$/.test(type) ? type : `(${type})`);
const keyOf = (name: string): string => (/^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name));
const pascalOf = (text: string): string =>
  text
    .split(/[^a-z0-9]+/i)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

type Names = ReturnType<typeof createNames>;

/** One name for each text of a type. */
function createNames() {
  const byText = new Map<string, string>();
  const taken = new Set<string>(['Operations', 'Record', 'Readonly', 'Array', 'Date']);
  const references = new Map<string, string>();
  const free = (wish: string): string => {
    const name = wish === '' ? 'Shape' : wish;
    let number = 1;
    let result = name;
    while (taken.has(result)) result = `${name}${(number += 1)}`;
    taken.add(result);
    return result;
  };
  return {
    reserve: (reference: string, wish: string) => void references.set(reference, free(wish)),
    of: (reference: string): string => references.get(reference) ?? 'unknown',
    declare: (text: string, wish: string): string => {
      const known = byText.get(text);
      if (known !== undefined) return known;
      const name = free(pascalOf(wish));
      byText.set(text, name);
      return name;
    },
    declarations: (): string[] =>
      [...byText].map(([text, name]) => `export interface ${name} ${text}\n`),
  };
}
