import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { documents, notRun, placeOf, snippetsOf, type Snippet } from '../support/doc-snippets.ts';
import { startServer } from '../support/server.ts';

/**
 * Goal: no block of code in the documents is wrong. Method: shell blocks are run against a server; JSON
 * is held to the schema of what it is, which the comment above it names (`body of: POST /api/…`,
 * `answer of: GET /api/… in data`, `settings`, `event`) where it cannot be told; scripts are type-checked. What cannot be
 * run says why: `not run: …`.
 */
const server = await startServer({ hasOwnUrl: true });
const run = promisify(execFile);
const dir = mkdtempSync(join(tmpdir(), 'milepost-snippets-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await server.close();
});

const ROOT = join(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'server/src/app/main.ts');
const CHECKED = new Set(['sh', 'bash', 'json', 'ts', 'js', 'yaml', 'yml', 'typescript']);
/** Blocks that may say that they are not run; a longer list means that the documents rot. */
const NOT_RUN_MAX = 20;

/** Where a document goes on with what a test of its own writes (assistants-doc.test.ts). */
function transcriptOf(file: string): number {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const at = lines.indexOf('<!-- transcript -->');
  return at < 0 ? Infinity : at;
}

const all = documents()
  .filter((file) => file !== 'docs/quickstart.md')
  .flatMap((file) => snippetsOf(file).filter(({ line }) => line < transcriptOf(file)))
  .filter(({ lang }) => CHECKED.has(lang));
const checked = (...langs: string[]): Snippet[] =>
  all.filter((snippet) => langs.includes(snippet.lang) && notRun(snippet) === null);

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface Schema extends Readonly<Record<string, unknown>> {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema & { readonly anyOf?: readonly Schema[] };
}
const { body: openapi } = await server.send({ path: '/api/openapi.json' });
const paths = openapi.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const components = openapi.components as object;

const seriesBody = schemaAt('body of', 'POST /api/v1/series');
const stepSchemas = seriesBody.properties?.['steps']?.items?.anyOf ?? [];
const stepTypes = new Map(stepSchemas.map((schema) => [String(schema['title']), schema]));

const { body: catalogue } = await server.v1('GET', '/event_types');
const eventSchemas = new Map(
  (catalogue.data as { name: string; schema: object }[]).map(({ name, schema }) => [name, schema]),
);

function schemaAt(part: string, call: string): Schema {
  const [method = '', path = ''] = call.split(' ');
  const operation = paths[path]?.[method.toLowerCase()];
  const success = Object.entries(operation?.responses ?? {}).find(([status]) =>
    status.startsWith('2'),
  );
  const content = part === 'body of' ? operation?.requestBody : success?.[1];
  const schema = content?.content?.['application/json']?.schema;
  if (schema === undefined) throw new Error(`no JSON: ${part} ${call}`);
  return schema as Schema;
}

/** What is wrong with a value; answers are shown in part, and with dots for what varies. */
function faultsIn(value: unknown, schema: object, { isPart = false } = {}): string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const whole = { ...schema, components };
  const told = isPart ? strictButPartial(whole) : whole;
  const validate = ajv.compile(told as object);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`);
}

/** Nothing is required, and nothing may be there that the schema does not know. */
function strictButPartial(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictButPartial);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema)
    .filter(([key, value]) => !(key === 'required' && Array.isArray(value)))
    .map(([key, value]) => [key, strictButPartial(value)]);
  const made = Object.fromEntries(entries) as Record<string, unknown>;
  const isClosed = 'properties' in made && !('additionalProperties' in made);
  const isNamed = isClosed && Object.keys(made['properties'] as object).length > 0;
  return isNamed ? { ...made, additionalProperties: false } : made;
}

const NOTE = /^(body of|answer of): (\S+ \S+)(?: in (\w+))?$/;

function jsonFaults(snippet: Snippet): string[] {
  const value: unknown = JSON.parse(snippet.text);
  const fields = Object(value) as Record<string, unknown>;
  const [, part = '', call = '', list] = NOTE.exec(snippet.note) ?? [];
  if (part !== '') {
    const schema = schemaAt(part, call);
    const of = list === undefined ? schema : (schema.properties?.[list]?.items ?? {});
    return faultsIn(value, of, { isPart: part === 'answer of' });
  }
  if (snippet.note === 'event') {
    const schema = eventSchemas.get(String(fields['type']));
    return schema === undefined
      ? ['no such event']
      : faultsIn(fields['data'], schema, { isPart: true });
  }
  if (snippet.note === 'settings') {
    return faultsIn(value, seriesBody.properties?.['settings'] ?? {});
  }
  const step = stepTypes.get(String(fields['type']));
  if (step !== undefined) return faultsIn(value, step);
  if ('and' in fields || 'or' in fields || 'operator' in fields) {
    return faultsIn(value, { $ref: '#/components/schemas/def-0' });
  }
  return ['nothing says what this is: put <!-- body of: METHOD /path --> above it'];
}

test('blocks that are not run say why, and are few', () => {
  const excused = all.filter((snippet) => notRun(snippet) !== null);
  expect(excused.length, excused.map(placeOf).join('\n')).toBeLessThanOrEqual(NOT_RUN_MAX);
});

test('every JSON block is what the API takes or answers', () => {
  const faulty = checked('json').flatMap((snippet) => {
    try {
      return jsonFaults(snippet).map((fault) => `${placeOf(snippet)} ${fault}`);
    } catch (error) {
      return [`${placeOf(snippet)} ${String(error)}`];
    }
  });
  expect(faulty).toEqual([]);
});

test('every YAML block parses', () => {
  const faulty = checked('yaml', 'yml').flatMap((snippet) =>
    parseAllDocuments(snippet.text).flatMap((each) =>
      'errors' in each ? each.errors.map(({ message }) => `${placeOf(snippet)} ${message}`) : [],
    ),
  );
  expect(faulty).toEqual([]);
});

/**
 * What a document may make this machine do. Anything else, such as installing or writing to `/etc`, is
 * marked as not to be run, and a block without that mark fails here before its first line is run.
 */
const MAY_RUN = /^(?:curl|echo|tr|openssl rand|npx milepost|MILEPOST_\w+=\S+$)(?:\s|$)/;

/** The commands of a block that are not among those; redirections count, for they write files. */
function foreignCommands({ text }: Snippet): string[] {
  const bare = text
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/'[^']*'/g, "''")
    .replaceAll(/"[^"$`]*(?:\$\w+[^"$`]*)*"/g, "''")
    .replaceAll(/(?:^|\s)#.*$/gm, '');
  const commands = bare.split(/\n|;|&&|\|\||\||&/).map((each) => each.trim());
  return commands.filter(
    (each) => each !== '' && (!MAY_RUN.test(each) || /[<>`(]|\s(?:-o|-O|--output)\b/.test(each)),
  );
}

test('a shell block does nothing but call a server, and is else marked as not to be run', () => {
  const foreign = checked('sh', 'bash').flatMap((snippet) =>
    foreignCommands(snippet).map((command) => `${placeOf(snippet)} ${command}`),
  );
  expect(foreign).toEqual([]);
});

test('every shell block runs', { timeout: 180_000 }, async () => {
  writeFileSync(join(dir, 'people.csv'), 'user_id,email\nada,ada@example.com\n');
  const list = await server.v1('POST', '/lists', { name: 'Offers', kind: 'opt_in' });
  const env = {
    ...process.env,
    MILEPOST: server.url,
    WIDGET_KEY: server.test.widgetKey,
    SECRET_KEY: server.test.secretKey,
    MILEPOST_SECRET_KEY: server.test.secretKey,
    KEY: server.test.secretKey,
    DATABASE_URL: server.database.url,
    MILEPOST_ENCRYPTION_KEY: Buffer.from(server.encryptionKey).toString('base64'),
  };
  const prelude = `set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body --max-time 20 --connect-to ::127.0.0.1:${server.port} "$@"; }
npx() { shift; '${process.execPath}' '${MAIN}' "$@"; }
`;
  const filled = (text: string): string =>
    text
      .replaceAll(
        /https:\/\/(?:milepost|mail)\.example\.com|(?:http:\/\/)?localhost:4400/g,
        server.url,
      )
      .replaceAll(/mp_sk_(?:live|test)_…/g, server.test.secretKey)
      .replaceAll(/mp_wk_(?:live|test)_…/g, server.test.widgetKey)
      .replaceAll('LIST-ID', list.body.id as string);
  const faulty: string[] = [];
  for (const snippet of checked('sh', 'bash').filter(
    (each) => foreignCommands(each).length === 0,
  )) {
    await run('bash', ['-c', prelude + filled(snippet.text)], {
      cwd: dir,
      env,
      timeout: 60_000,
    }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) =>
      faulty.push(`${placeOf(snippet)} ${stdout.slice(0, 500)} ${stderr.slice(0, 500)}`),
    );
  }
  expect(faulty).toEqual([]);
});

test('every script is right for the types of the SDK', { timeout: 120_000 }, async () => {
  const scripts = checked('ts', 'typescript', 'js');
  const places = scripts.map((snippet, index) => {
    const given = /^given: (.+)$/.exec(snippet.note)?.[1] ?? '';
    const name = `snippet-${index}.${snippet.lang === 'js' ? 'js' : 'ts'}`;
    writeFileSync(join(dir, name), `${given}\n${snippet.text}\nexport {};\n`);
    return [name, placeOf(snippet)] as const;
  });
  // Or whether a script is a module would depend on what lies above the folder.
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify(configFor(places.map(([name]) => name))),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', dir], { cwd: dir }).catch(
    (error: { stdout: string }) => error,
  );
  const said = places.reduce((text, [name, place]) => text.replaceAll(name, place), stdout);
  expect(said).toBe('');
});

const configFor = (files: string[]): object => ({
  files,
  compilerOptions: {
    noEmit: true,
    strict: true,
    allowJs: true,
    skipLibCheck: true,
    target: 'esnext',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    paths: {
      '@milepost/sdk': [join(ROOT, 'sdk/src/index.ts')],
      '@milepost/sdk/*': [join(ROOT, 'sdk/src/*/index.ts')],
      '*': [join(ROOT, 'node_modules/*')],
    },
  },
});

test('the code that signs user tokens in docs/concepts.md signs what the server takes', async () => {
  const code = snippetsOf('docs/concepts.md').find(({ lang }) => lang === 'js')?.text ?? '';
  const file = join(dir, 'sign.mjs');
  writeFileSync(file, code);
  const { userTokenOf } = (await import(file)) as {
    userTokenOf: (userId: string, secret: string) => string;
  };
  const call = (userToken?: string) =>
    server.sdk(
      '/users/identify',
      { user_id: 'grace', ...(userToken === undefined ? {} : { user_token: userToken }) },
      { key: server.live.widgetKey },
    );
  expect((await call()).status).toBe(403);
  expect((await call(userTokenOf('ada', server.live.identitySecret))).status).toBe(403);
  expect((await call(userTokenOf('grace', server.live.identitySecret))).status).toBe(200);
});

test('docs/commands.md names every command', async () => {
  const { stdout } = await run(process.execPath, [MAIN, '--help']);
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+)(?: |$)/gm)].map(([, name]) => name ?? '');
  const page = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');
  expect(commands.filter((name) => name !== 'help' && !page.includes(`\`${name}`))).toEqual([]);
});
