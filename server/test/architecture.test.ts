import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'server/src');

/** Libraries: pure or infrastructural, any file may be imported, and they import no other folder. */
const LIBRARIES = ['platform', 'schedule'];

/** Every other folder, and the folders whose index it may import: arrows go down. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  app: [
    'assistant',
    'data',
    'enrollment',
    'broadcast',
    'tracking',
    'webhook',
    'delivery',
    'series',
    'audience',
    'consent',
    'template',
    'transport',
    'workspace',
  ],
  data: ['series', 'broadcast', 'audience', 'consent', 'template', 'workspace'],
  enrollment: ['delivery', 'series', 'audience', 'consent', 'template', 'workspace'],
  broadcast: ['delivery', 'series', 'audience', 'consent', 'template', 'workspace'],
  tracking: ['delivery', 'audience', 'consent', 'transport', 'workspace'],
  webhook: ['delivery', 'audience', 'consent', 'transport', 'workspace'],
  delivery: ['series', 'audience', 'consent', 'template', 'transport', 'workspace'],
  series: ['audience', 'template', 'workspace'],
  assistant: ['workspace'],
  audience: ['workspace'],
  consent: ['workspace'],
  template: [],
  transport: [],
  workspace: [],
};

const LINES_MAX = 400;
const DASHBOARD_LINES_MAX = 300;
const README_LINES_MAX = 120;
const BANNED_NAME =
  /^(utils?|helpers?|common|misc|types?|manager|service)$|-(manager|service)$|v2$/;

/** What may stand only in some places: a pattern, and the files that may hold it. */
const ONLY_IN: readonly { what: string; pattern: RegExp; allowed: RegExp }[] = [
  {
    what: 'environment, arguments and signals',
    pattern: /process\.(env|argv|exit\b|(on|once)\((?!'exit'))/,
    allowed: /^app\/|^platform\/shutdown\.ts$/,
  },
  {
    what: 'the time of this host and chance',
    pattern: /new Date\(\)|Date\.now\(|Math\.random\b/,
    allowed: /^platform\//,
  },
  { what: 'the database driver', pattern: /from 'postgres'/, allowed: /^platform\/db\.ts$/ },
  {
    what: 'the HTTP framework',
    pattern: /from '@?fastify/,
    allowed: /^app\/|^platform\/http[a-z-]*\.ts$|(^|\/|-)routes\.ts$/,
  },
  { what: 'the time-zone library', pattern: /\bTemporal\./, allowed: /^schedule\// },
  {
    what: 'statements of SQL',
    pattern: /\b(db|tx|pool|transaction)(<[^`;]*>)?`/,
    allowed: /^platform\/|(^|\/)sql(\.ts|\/)/,
  },
];

interface SourceFile {
  /** Below server/src. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
}

const files: readonly SourceFile[] = typescriptIn(SOURCE)
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => ({ path, code: withoutComments(readFileSync(join(SOURCE, path), 'utf8')) }));

test('folders import only what the layers allow, and only through an index', () => {
  const offences = files.flatMap(({ path, code }) =>
    importsOf(path, code)
      .filter((target) => !isAllowed(path, target))
      .map((target) => `${path} imports ${target}`),
  );
  expect(offences).toEqual([]);
});

test('every folder has its place in the layers', () => {
  const folders = new Set(files.map(({ path }) => folderOf(path)));
  const placed = [...LIBRARIES, ...Object.keys(MAY_IMPORT)];
  expect([...folders].filter((folder) => !placed.includes(folder))).toEqual([]);
});

test.each(ONLY_IN)('$what: only where they belong', ({ pattern, allowed }) => {
  const offences = files
    .filter(({ path, code }) => pattern.test(code) && !allowed.test(path))
    .map(({ path, code }) => `${path}: ${pattern.exec(code)?.[0]}`);
  expect(offences).toEqual([]);
});

test('an index names what it exports, and nothing is a default export', () => {
  const offences = files
    .filter(({ code }) => /^export (\*|default)/m.test(code))
    .map(({ path }) => path);
  expect(offences).toEqual([]);
});

test('file names are kebab-case and say a role', () => {
  const names = [...files.map(({ path }) => path), ...typescriptIn(join(ROOT, 'dashboard/src'))];
  const offences = names.filter((path) => {
    const parts = path.replace(/(\.test)?\.tsx?$/, '').split('/');
    const isKebab = parts.every((part) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(part));
    return !isKebab || BANNED_NAME.test(basename(parts.join('/')));
  });
  expect(offences).toEqual([]);
});

test('no file is longer than a reader can hold', () => {
  const tooLong = (dir: string, linesMax: number): string[] =>
    typescriptIn(dir)
      .filter((path) => !/\.test\.tsx?$/.test(path))
      .map((path) => ({
        path,
        lines: readFileSync(join(dir, path), 'utf8').split('\n').length - 1,
      }))
      .filter(({ lines }) => lines > linesMax)
      .map(({ path, lines }) => `${path}: ${lines} lines`);
  expect(tooLong(SOURCE, LINES_MAX)).toEqual([]);
  expect(tooLong(join(ROOT, 'dashboard/src'), DASHBOARD_LINES_MAX)).toEqual([]);
});

test('the README is read in one sitting', () => {
  const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').length - 1;
  expect(lines).toBeLessThan(README_LINES_MAX);
});

test('the dashboard and the SDK take nothing from the server', () => {
  const offences = ['dashboard/src', 'sdk/src'].flatMap((dir) =>
    typescriptIn(join(ROOT, dir)).filter(
      (path) =>
        // Tests compare the two.
        !/\.test\.tsx?$/.test(path) &&
        /from '[^']*server\/src/.test(readFileSync(join(ROOT, dir, path), 'utf8')),
    ),
  );
  expect(offences).toEqual([]);
});

test('a TODO names its issue, and there is no FIXME', () => {
  const offences = typescriptIn(SOURCE).filter((path) =>
    /\bFIXME\b|\bTODO\b(?!.*#\d)/.test(readFileSync(join(SOURCE, path), 'utf8')),
  );
  expect(offences).toEqual([]);
});

function isAllowed(path: string, target: string): boolean {
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to) return true;
  if (LIBRARIES.includes(from)) return false;
  if (LIBRARIES.includes(to)) return true;
  return target === `${to}/index.ts` && (MAY_IMPORT[from] ?? []).includes(to);
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function typescriptIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.tsx?$/.test(path),
  );
}

/** Imports of files, below server/src; what lies above it (package.json) belongs to no folder. */
function importsOf(path: string, code: string): string[] {
  return [...code.matchAll(/(?:from|import|import\() ?'(\.[^']+)'/g)]
    .map(([, specifier]) => relative(SOURCE, join(SOURCE, dirname(path), specifier ?? '')))
    .filter((target) => !target.startsWith('..'));
}

/** A `//` inside of a URL follows a colon, not a blank. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
