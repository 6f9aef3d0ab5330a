import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, packSdk, type SdkPackage } from './support/sdk-package.ts';
import { snippetsOf } from './support/snippets.ts';

/**
 * Goal: what npm gets of the SDK works wherever it says, is small, and is explained. Method: packed as
 * for publishing, and looked at from outside.
 */
let sdk: SdkPackage;

/** Compilers and bundlers on two busy cores. */
const TIMEOUT_MS = 60_000;

beforeAll(async () => {
  sdk = await packSdk();
}, TIMEOUT_MS);

afterAll(() => sdk?.remove());

/** What a page pays for the browser face, packed either way. */
const BROWSER_BYTES_MAX = 4_096;
/** Of what nobody with modules of this century meets: `require`, and TypeScript before `exports`. */
const OLD_RESOLUTIONS = new Set(['node10', 'node16-cjs']);

const files = (): string[] =>
  readdirSync(sdk.dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.\w+$|LICENSE/.test(file),
  );
const textOf = (file: string): string => readFileSync(join(sdk.dir, file), 'utf8');
const manifest = () => JSON.parse(textOf('package.json')) as Record<string, object>;

test('the package holds what is built and what is read, and nothing else', () => {
  const other = files().filter((file) => !/^dist\/[\w/-]+(\.d\.ts|\.js)$/.test(file));
  expect(other.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json']);
  expect(files().filter((file) => file.includes('.test.'))).toEqual([]);
});

test('publint finds nothing to say', async () => {
  const { buffer, byteOffset, byteLength } = sdk.tarball;
  const tarball = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test(
  'the types are right for every way of resolving ES modules',
  async () => {
    const result = await checkPackage(createPackageFromTarballData(sdk.tarball));
    if (result.types === false) throw new Error('The package has no types.');
    const entries = Object.keys(result.entrypoints);
    expect(entries).toEqual(Object.keys(manifest()['exports'] ?? {}));
    const wrong = result.problems.filter(
      (problem) => !('resolutionKind' in problem && OLD_RESOLUTIONS.has(problem.resolutionKind)),
    );
    expect(wrong).toEqual([]);
  },
  TIMEOUT_MS,
);

test('nothing is imported but its own files, so that it runs in any runtime', () => {
  const foreign = files()
    .filter((file) => file.endsWith('.js') || file.endsWith('.d.ts'))
    .flatMap((file) =>
      [...textOf(file).matchAll(/(?:^import|\bfrom|\bimport\()\s*'([^']+)'/gm)].map(
        ([, name]) => name,
      ),
    )
    .filter((name) => !/^\.\.?\/.+\.js$/.test(name ?? ''));
  expect(foreign).toEqual([]);
  expect(manifest()['dependencies']).toBeUndefined();
});

test(
  'the browser face is under 4 KB, packed by gzip or brotli',
  async () => {
    const page = `import { createMilepost } from '@milepost/sdk/browser';
    globalThis.milepost = createMilepost({ url: '', widgetKey: '' });`;
    await writeFile(join(sdk.home, 'page.js'), page);
    const code = Buffer.from(await bundle(sdk.home, 'page.js'));
    const bytes = {
      gzip: gzipSync(code, { level: 9 }).length,
      brotli: brotliCompressSync(code).length,
    };
    expect(code.toString()).toContain('sendBeacon');
    expect(bytes.gzip).toBeLessThan(BROWSER_BYTES_MAX);
    expect(bytes.brotli).toBeLessThan(BROWSER_BYTES_MAX);
  },
  TIMEOUT_MS,
);

const ROOT = join(import.meta.dirname, '../..');
const NODE_TYPES = join(ROOT, 'node_modules/@types');
/** As strict as an application may be, and the package's own declarations are looked at, too. */
const STRICT =
  '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false ' +
  '--target es2022 --module nodenext --lib es2023,dom,dom.iterable --types node';

test(
  'what the documents show has the types that the package declares',
  async () => {
    const shown = ['sdk/README.md', 'docs/sdk.md'].flatMap((name) =>
      snippetsOf(join(ROOT, name), { name, values: {} }),
    );
    await symlink(NODE_TYPES, join(sdk.home, 'node_modules/@types'));
    const names = await Promise.all(
      shown.map(async ({ place, code }) => {
        const file = `${place.replaceAll(/\W/g, '-')}.ts`;
        await writeFile(join(sdk.home, file), `${code}\nexport {};\n`);
        return file;
      }),
    );
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [compiler, ...STRICT.split(' '), ...names],
      { cwd: sdk.home },
    ).catch((failure: { stdout: string }) => failure);
    expect(stdout).toBe('');
  },
  TIMEOUT_MS,
);

test('everything that is exported is explained where it is declared', () => {
  const entries = Object.values(manifest()['exports'] as Record<string, { types: string }>);
  const bare = entries.flatMap(({ types }) =>
    exportsOf(types).flatMap(({ name, file }) => (isExplained(name, file) ? [] : [name])),
  );
  expect(bare).toEqual([]);
});

/** The names that an entry gives on, and the files that declare them. */
function exportsOf(entry: string): { name: string; file: string }[] {
  const text = textOf(entry);
  const given = [...text.matchAll(/^export (?:type )?\{([^}]+)\} from '([^']+)';$/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((each) => each.trim().replace(/^type /, ''))
        .filter((name) => name !== '')
        .map((name) => ({
          name,
          file: join(dirname(entry), from.replace(/\.js$/, '.d.ts')),
        })),
  );
  const own = [...text.matchAll(DECLARED)].map(([, name = '']) => ({ name, file: entry }));
  return [...given, ...own];
}

const DECLARED = /^export (?:declare )?(?:interface|type|const|function|class) (\w+)\b/gm;

/** Whether the declaration of a name has a comment right above it. */
function isExplained(name: string, file: string): boolean {
  const declaration = new RegExp(
    `\\*/\\nexport (declare )?(interface|type|const|function|class) ${name}\\b`,
  );
  return declaration.test(textOf(file));
}
