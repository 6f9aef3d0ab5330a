import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { bundle, type SdkPackage } from '../support/sdk-package.ts';
import {
  expectBackend,
  expectFaults,
  expectFiles,
  expectPlayed,
  expectSignatures,
  expectVisit,
  expectVisitInVain,
  startSdkWorld,
  type SdkWorld,
} from '../support/sdk-scenario.ts';
import { snippetsOf, type Snippet } from '../support/snippets.ts';
import type { TestServer, TestWorkspace } from '../support/server.ts';
import { until } from '../support/until.ts';

/**
 * Goal: the SDK as it is published does what it says, in Node and in a browser. Method: one scenario,
 * built from the packed package, against a real server; in the browser on a page of another origin.
 */
const SDK = join(import.meta.dirname, '../../../sdk');

let world: SdkWorld;
let server: TestServer;
let workspace: TestWorkspace;
let seriesId: string;
let sdk: SdkPackage;
let script: string;

beforeAll(async () => {
  world = await startSdkWorld();
  ({ server, workspace, seriesId, sdk } = world);
  const entry = `import * as scenario from './scenario.js'; globalThis.scenario = scenario;`;
  await writeFile(join(sdk.home, 'entry.js'), entry);
  script = await bundle(sdk.home, 'entry.js');
});

afterAll(() => world?.close());

test('the scenario holds in Node', async () => {
  const { play } = (await import(pathToFileURL(world.scenarioFile).href)) as Scenario;
  const userId = `node-${randomUUID()}`;
  expectPlayed(await play(world.settingFor(userId)), userId);
});

interface Scenario {
  readonly play: (setting: object) => Promise<Record<string, unknown>>;
  readonly visitInVain: (setting: object) => Promise<unknown>;
  readonly visit: (setting: object) => Promise<unknown>;
  readonly backend: (setting: object) => Promise<unknown>;
  readonly faults: (setting: object) => Promise<unknown>;
  readonly files: (setting: object) => Promise<unknown>;
  readonly signatures: (setting: object) => Promise<unknown>;
  readonly openTab: (setting: object, isFirst: boolean) => Promise<unknown>;
  readonly leave: (setting: object, token: string) => void;
}

test('the scenario holds in a browser, through a reload, in two tabs, and a page that is left still tells', async () => {
  const site = await startSite(server.port);
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const open = async (tab = page): Promise<void> => {
      await tab.goto(site.url);
      await tab.addScriptTag({ content: script, type: 'module' });
    };
    const userId = `page-${randomUUID()}`;
    const setting = world.settingFor(userId, site.url);
    await open();
    const inVain = await page.evaluate((given) => scenario.visitInVain(given), setting);
    expectVisitInVain(inVain, userId);
    await page.reload();
    await open();
    expectVisit(await page.evaluate((given) => scenario.visit(given), setting), userId);
    expectBackend(await page.evaluate((given) => scenario.backend(given), setting));
    expectFaults(await page.evaluate((given) => scenario.faults(given), setting));
    expectFiles(await page.evaluate((given) => scenario.files(given), setting));
    const signed = await page.evaluate((given) => scenario.signatures(given), setting);
    expectSignatures(signed, userId);

    const other = await context.newPage();
    await open(other);
    await context.setOffline(true);
    const shared = world.settingFor(`shared-${userId}`, site.url);
    const told = page.evaluate((given) => scenario.openTab(given, true), shared);
    await until(async () => expect(await page.evaluate(waiting)).toBe(2));
    await other.evaluate((given) => scenario.openTab(given, false), shared);
    await context.setOffline(false);
    expect(await told).toMatchObject([{ created: true }, { enrolled: true }]);
    await until(async () => expect(await page.evaluate(waiting)).toBe(0));
    await other.close();

    await open();
    const leaver = { ...setting, userId: `leaver-${userId}` };
    const token = await tokenOf(leaver.userId);
    await page.evaluate(([given, by]) => scenario.leave(given, by), [leaver, token] as const);
    await page.waitForURL(`${site.url}/elsewhere`);
    const who = { key: workspace.test.secretKey };
    await until(async () => {
      const { body } = await server.v1('GET', `/events?user_id=${leaver.userId}`, undefined, who);
      expect(body.data).toMatchObject([{ event_type: 'left', page_url: `${site.url}/` }]);
    });
  } finally {
    await browser.close();
    await site.close();
  }
});

declare const scenario: Scenario;

/** In a page: how many calls are kept there until they are answered. */
const waiting = (): number =>
  Object.keys(localStorage).filter((key) => key.includes(':call:')).length;

/** The published functions, which the tests below call as an application's server does. */
const published = () =>
  import(pathToFileURL(join(sdk.dir, 'dist/index.js')).href) as Promise<Published>;

interface Published {
  readonly signUserToken: (of: { identitySecret: string; userId: string }) => Promise<string>;
  readonly verifyWebhook: (received: object) => Promise<{ type: string; id?: string }>;
}

async function tokenOf(userId: string): Promise<string> {
  const { signUserToken } = await published();
  return signUserToken({ identitySecret: workspace.test.identitySecret, userId });
}

test('a webhook of the server is verified, and so is one of another library', async () => {
  const { verifyWebhook } = await published();
  const { secret, ...sent } = world.webhook;
  const theirs = new Webhook(secret).verify(sent.body, sent.headers);
  expect(await verifyWebhook({ ...sent, secret, toleranceSeconds: 3_600 })).toEqual(theirs);

  const id = 'evt_1';
  const now = new Date();
  const signed = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, now, '{"type":"x"}'),
  };
  const received = { body: '{"type":"x"}', headers: new Headers(signed), secret };
  expect(await verifyWebhook(received)).toEqual({ type: 'x' });
  await expect(verifyWebhook({ ...received, body: '{"type":"y"}' })).rejects.toMatchObject({
    reason: 'signature',
  });
});

describe('the documents', () => {
  const values = () => ({
    'https://milepost.example.com': server.url,
    'mp_wk_test_…': workspace.test.widgetKey,
    '0198c0de-…': seriesId,
  });
  const snippets = (): Snippet[] =>
    ['sdk/README.md', 'docs/sdk.md'].flatMap((name) =>
      snippetsOf(join(SDK, '..', name), { name, values: values() }),
    );
  const isForPages = ({ code }: Snippet): boolean => code.startsWith('// in a browser');
  const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

  test('what they show for pages runs in one', async () => {
    const [site, browser] = await Promise.all([startSite(server.port), launchBrowser()]);
    try {
      for (const { place, code } of snippets().filter(isForPages)) {
        const page = await browser.newPage();
        const faults: string[] = [];
        page.on('pageerror', ({ message }) => faults.push(message));
        await page.goto(site.url);
        await writeFile(join(sdk.home, 'page.ts'), `${code}\ndocument.title = 'done';\n`);
        const content = await bundle(sdk.home, 'page.ts');
        await page.addScriptTag({ content, type: 'module' });
        await until(async () => expect([await page.title(), faults], place).toEqual(['done', []]));
        await page.close();
      }
    } finally {
      await browser.close();
      await site.close();
    }
  });

  test('what they show for servers runs, and its routes answer', async () => {
    vi.stubEnv('MILEPOST_SECRET_KEY', workspace.test.secretKey);
    vi.stubEnv('MILEPOST_IDENTITY_SECRET', workspace.test.identitySecret);
    vi.stubEnv('MILEPOST_WEBHOOK_SECRET', WEBHOOK_SECRET);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const shown = snippets().filter((snippet) => !isForPages(snippet));
    expect(shown.length).toBeGreaterThan(8);
    for (const [at, { place, code }] of shown.entries()) {
      const file = join(sdk.home, `shown-${at}.mjs`);
      await writeFile(file, stripTypeScriptTypes(code));
      const module = (await import(pathToFileURL(file).href)) as Shown;
      if (module.GET !== undefined) {
        const token = await (await module.GET()).text();
        const call = { user_id: 'user-1', user_token: token };
        const said = await server.sdk('/users/identify', call, { key: workspace.test.widgetKey });
        expect([place, said.status]).toEqual([place, 200]);
      }
      if (module.POST !== undefined) {
        expect([place, await statusesOf(module.POST)]).toEqual([place, [204, 400]]);
      }
    }
    log.mockRestore();
    vi.unstubAllEnvs();
  });

  /** Of a call that is signed, and of one that is not. */
  async function statusesOf(answer: (request: Request) => Promise<Response>): Promise<number[]> {
    const at = new Date();
    const body = '{"type":"user.unsubscribed","data":{"user_id":"user-1"}}';
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(WEBHOOK_SECRET).sign('evt_1', at, body),
    };
    const call = (text: string) =>
      answer(new Request('http://localhost/', { method: 'POST', headers, body: text }));
    return [(await call(body)).status, (await call(`${body} `)).status];
  }
});

/** What a piece of a document may export: routes, as most frameworks of today have them. */
interface Shown {
  readonly GET?: () => Promise<Response>;
  readonly POST?: (request: Request) => Promise<Response>;
}

/** An application of another origin: empty pages, tokens, and a backend that hands calls of `/api/v1` on. */
async function startSite(port: number): Promise<{ url: string; close: () => Promise<void> }> {
  const site: Server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    if (path === '/milepost-token') {
      void tokenOf('user-1').then((token) => outgoing.end(token));
      return;
    }
    if (path?.startsWith('/api/') !== true) {
      outgoing.setHeader('content-type', 'text/html').end('<!doctype html><title>Shop</title>');
      return;
    }
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(site.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        site.close(() => resolve());
        site.closeAllConnections();
      }),
  };
}
