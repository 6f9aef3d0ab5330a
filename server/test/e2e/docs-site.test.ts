import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Parser } from 'htmlparser2';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: the documentation that `npm start` builds is whole, and every page works under its policy.
 * Method: build it as `npm start` does, look at the files, then at the pages in a browser.
 */
const ROOT = join(import.meta.dirname, '../../..');
const SITE = join(ROOT, 'docs/site');
const DIST = join(SITE, 'dist');
/** An installation from a registry, where there is none yet. */
const BUILD_MS = 8 * 60_000;

interface Pages {
  readonly links: readonly { readonly page: string; readonly href: string }[];
  readonly ids: ReadonlyMap<string, ReadonlySet<string>>;
}

let server: TestServer;
let pages: Pages;
const browser = await launchBrowser();

beforeAll(async () => {
  const scripts = (await import(join(ROOT, 'scripts/lib/docs.mjs'))) as {
    ensureDocs: (node: string) => Promise<string | null>;
  };
  expect(await scripts.ensureDocs(process.execPath)).toBeNull();
  server = await startServer({ docsDir: DIST });
  pages = readPages();
}, BUILD_MS);
afterAll(async () => {
  await browser.close();
  await server?.close();
});

function readPages(): Pages {
  const links: { page: string; href: string }[] = [];
  const ids = new Map<string, Set<string>>();
  for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.html')) continue;
    const page = `/docs/${name.replace(/index\.html$/, '')}`;
    const found = new Set<string>();
    const parser = new Parser({
      onopentag(_tag, { id, href, src }) {
        if (id !== undefined) found.add(id);
        for (const target of [href, src])
          if (target !== undefined) links.push({ page, href: target });
      },
    });
    parser.end(readFileSync(join(DIST, name), 'utf8'));
    ids.set(page, found);
  }
  return { links, ids };
}

describe('the pages', () => {
  test('no link leads nowhere, whether to a page, to a heading, or to a file', async () => {
    const dead: string[] = [];
    const others = new Set<string>();
    for (const { page, href } of pages.links) {
      const { origin, pathname, hash } = new URL(href, `http://docs${page}`);
      if (origin !== 'http://docs' || href.startsWith('data:')) continue;
      const isPage = pages.ids.has(pathname) || pages.ids.has(`${pathname}/`);
      if (!isPage) others.add(pathname);
      const target = pages.ids.get(pathname) ?? pages.ids.get(`${pathname}/`);
      const id = decodeURIComponent(hash.slice(1));
      if (isPage && id !== '' && target?.has(id) !== true) dead.push(`${page} → ${href}`);
    }
    // The dashboard is not built here.
    others.delete('/dashboard');
    for (const path of others) {
      const { status } = await server.send({ path });
      if (status >= 400) dead.push(`→ ${path} (${status})`);
    }
    expect(dead).toEqual([]);
  });

  test('every document, every call of the API and every type of step has its place', async () => {
    const { body } = await server.send({ path: '/api/openapi.json' });
    const calls = Object.values(body.paths as object).flatMap((item) => Object.values(item));
    const isCall = (id: string): boolean => /^(get|post|put|patch|delete)-/.test(id);
    const shown = [...pages.ids]
      .filter(([page]) => /^\/docs\/reference\/./.test(page))
      .flatMap(([, ids]) => [...ids].filter(isCall));
    expect(shown).toHaveLength(calls.length);
    const steps = pages.ids.get('/docs/step-types/');
    for (const type of ['email', 'wait_for_event', 'split', 'end']) expect(steps).toContain(type);
    const documents = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
    const missing = documents.filter((name) => !pages.ids.has(`/docs/${name.slice(0, -3)}/`));
    expect(missing).toEqual([]);
  });

  test('every example of a call is what its schema takes', async () => {
    const site = (file: string) => import(join(SITE, 'src/lib', file));
    const { tags, stepSchemas, openapi } = await site('openapi.mjs');
    const { exampleOf } = await site('examples.mjs');
    const { bodyExampleOf, contentOf } = await site('operation.mjs');
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const { components } = openapi();
    const faults = (name: string, schema: object, value: unknown): string[] => {
      const validate = ajv.compile({ ...schema, components });
      if (validate(value)) return [];
      return (validate.errors ?? []).map((each) => `${name}${each.instancePath} ${each.message}`);
    };
    const faulty = tags().flatMap(({ operations }: { operations: never[] }) =>
      operations.flatMap((operation) => {
        const { method, path, requestBody } = operation;
        const example = bodyExampleOf(operation);
        if (example === null) return [];
        return faults(`${method} ${path}`, contentOf(requestBody).schema, example);
      }),
    );
    const ofSteps = stepSchemas().flatMap((schema: { title: string }) =>
      faults(schema.title, schema, exampleOf(schema)),
    );
    expect([...faulty, ...ofSteps]).toEqual([]);
  });
});

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_OPTIONS = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
  resultTypes: ['violations'],
  // The button of the search is called "Search", and shows its keys beside that.
  rules: { 'label-content-name-mismatch': { enabled: false } },
};

/** Opens a page, notes what the browser complains of, and gives the page to look on. */
async function visit(
  path: string,
  { width, scheme }: { width: number; scheme: 'light' | 'dark' },
): Promise<{ page: Page; noted: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    colorScheme: scheme,
  });
  const page = await context.newPage();
  const noted: string[] = [];
  page.on('console', (message) => message.type() === 'error' && noted.push(message.text()));
  page.on('pageerror', (error) => noted.push(error.message));
  await page.goto(`${server.url}${path}`, { waitUntil: 'networkidle' });
  return { page, noted };
}

describe('in a browser', () => {
  test('pages fit the screen, keep to their policy and can be read by everybody', async () => {
    const looks = [
      ['/docs', 390, 'dark'],
      ['/docs/quickstart/', 1280, 'light'],
      ['/docs/errors/', 390, 'light'],
      ['/docs/scheduling/', 390, 'dark'],
      ['/docs/reference/sdk/', 1280, 'dark'],
      ['/docs/step-types/', 390, 'light'],
    ] as const;
    const faults: string[] = [];
    for (const [path, width, scheme] of looks) {
      const { page, noted } = await visit(path, { width, scheme });
      faults.push(...noted.map((text) => `${path}: ${text}`));
      const overflow = await page.evaluate('document.documentElement.scrollWidth');
      if (Number(overflow) > width) faults.push(`${path}: ${String(overflow)} wide on ${width}`);
      await page.evaluate(AXE);
      const found = await page.evaluate<string[]>(
        `axe.run(${JSON.stringify(AXE_OPTIONS)})
          .then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 150)))`,
      );
      faults.push(...found.map((text) => `${path}: ${text}`));
      await page.context().close();
    }
    expect(faults).toEqual([]);
  });

  test('search finds a word, without anything from elsewhere', async () => {
    const { page, noted } = await visit('/docs/', { width: 1280, scheme: 'light' });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search').fill('holiday');
    await page.getByRole('link', { name: 'When a step is due' }).first().waitFor();
    expect(new Set(asked)).toEqual(new Set([server.url]));
    expect(noted).toEqual([]);
    await page.context().close();
  });

  test('the form asks the planner, and names the rule of a clock change', async () => {
    const { page, noted } = await visit('/docs/scheduling/', { width: 390, scheme: 'light' });
    const answer = page.locator('#when-answer');
    await page.getByRole('button', { name: 'the hour that is skipped' }).click();
    await expect.poll(() => answer.innerText()).toContain('2026-03-29T01:30:00.000Z');
    expect(await answer.innerText()).toContain('skipped by a clock change');
    await page.getByRole('button', { name: 'the hour that comes twice' }).click();
    await expect.poll(() => answer.innerText()).toContain('2026-10-25T00:30:00.000Z');
    await page.getByLabel('Time zone').fill('Nowhere/Land');
    await page.getByRole('button', { name: 'When?' }).click();
    await expect.poll(() => answer.innerText()).toContain('Give a time, and a zone');
    expect(noted).toEqual([]);
    await page.context().close();
  });
});

describe('before it is built', () => {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-docs-'));
  mkdirSync(join(dir, '.data'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const state = (state: object): void =>
    writeFileSync(join(dir, '.data/state.json'), JSON.stringify(state));

  test('a page says how far it is, and then shows the documentation', async () => {
    const early = await startServer({ docsDir: join(dir, 'dist') });
    const shown = async () => {
      const { status, headers, text } = await early.send({ path: '/docs/errors' });
      return { status, wait: headers['retry-after'], text };
    };
    const says = (words: string) => expect.stringContaining(words);
    try {
      expect(await shown()).toMatchObject({ status: 404, text: says('is not built here') });
      state({ state: 'installing' });
      const refresh = 'http-equiv="refresh"';
      expect(await shown()).toEqual({ status: 503, wait: '2', text: says(refresh) });
      state({ state: 'failed', message: 'no <registry>' });
      const failed = await shown();
      expect(failed).toEqual({ status: 503, wait: undefined, text: says('no &lt;registry&gt;') });
      expect(failed.text).not.toContain(refresh);
      mkdirSync(join(dir, 'dist/errors'), { recursive: true });
      writeFileSync(join(dir, 'dist/index.html'), 'first');
      writeFileSync(join(dir, 'dist/errors/index.html'), 'errors');
      writeFileSync(join(dir, 'dist/404.html'), 'nothing');
      const { status, headers } = await early.send({ path: '/docs/errors' });
      expect([status, headers['location']]).toEqual([302, '/docs/errors/']);
      for (const path of ['/docs/nowhere', '/docs/..%2f.data/state.json', '/docs/policy.json']) {
        expect((await early.send({ path })).status).toBe(404);
      }
    } finally {
      await early.close();
    }
  });
});

test('what is built is small, and names no place of this machine', () => {
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const naming = files
    .filter((path) => /\.(html|js|css|json)$/.test(path))
    .filter((path) => readFileSync(path, 'utf8').includes(ROOT));
  expect(naming.map((path) => relative(DIST, path))).toEqual([]);
});
