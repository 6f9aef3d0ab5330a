import { randomUUID } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { bundle, packSdk, type SdkPackage } from '../support/sdk-package.ts';
import { snippetsOf, type Snippet } from '../support/snippets.ts';
import { startServer, type TestServer, type TestWorkspace } from '../support/server.ts';
import { activeSeries } from '../support/series.ts';
import { until } from '../support/until.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

/**
 * Goal: the SDK as it is published does what it says, in Node and in a browser. Method: one scenario,
 * built from the packed package, against a real server; in the browser on a page of another origin.
 */
const SDK = join(import.meta.dirname, '../../../sdk');

let server: TestServer;
let workspace: TestWorkspace;
let seriesId: string;
let sdk: SdkPackage;
let script: string;

beforeAll(async () => {
  sdk = await packSdk();
  await copyFile(join(SDK, 'test/scenario.ts'), join(sdk.home, 'scenario.ts'));
  const entry = `import * as scenario from './scenario.ts'; globalThis.scenario = scenario;`;
  await writeFile(join(sdk.home, 'entry.js'), entry);
  script = await bundle(sdk.home, 'entry.js');
  server = await startServer();
  workspace = await server.newWorkspace({
    settings: { identity_verification: { enabled: true } },
  });
  seriesId = await activeSeries(server, { key: workspace.test.secretKey });
});

afterAll(async () => {
  await server?.close();
  await sdk?.remove();
});

const settingFor = (userId: string, apiUrl = server.url) => {
  const { widgetKey, secretKey, identitySecret } = workspace.test;
  // A port that is never given out.
  const deadUrl = 'http://127.0.0.1:1';
  return {
    url: server.url,
    apiUrl,
    deadUrl,
    widgetKey,
    secretKey,
    identitySecret,
    seriesId,
    userId,
  };
};

/** What every run of the scenario comes to. */
function expectVisit(visit: unknown, userId: string): void {
  const message = 'User is already enrolled in this series';
  const left = 'User is not enrolled in this series';
  expect(visit).toEqual({
    again: { success: true, already_enrolled: true, message },
    nowhere: { status: 404, code: null, message: 'Series not found', faults: [] },
    removed: { success: true, removed: true },
    removedAgain: { success: true, removed: false, message: left },
    identified: { success: true, created: false, warnings: [expect.any(String)] },
    // The token of the visit before has expired: one more is asked for, and serves for all.
    asked: [userId],
    errors: ['Series not found'],
  });
}

function expectBackend(backend: unknown): void {
  expect(backend).toEqual({
    events: ['bought', 'opened', 'scrolled'],
    renewals: 1,
    enrolled: true,
    isSame: true,
    runs: ['active', 'removed'],
    explained: expect.any(String),
    user: { email: 'ada@example.com', plan: 'pro' },
    refused: {
      status: 400,
      code: expect.stringMatching(/^\w+\.\w+$/),
      message: expect.any(String),
      faults: expect.arrayContaining([expect.stringContaining('steps')]),
    },
    unknown: { status: 404, code: null, message: 'User not found', faults: [] },
    updated: { success: true, created: 0, updated: 1, skipped: 0, errors: [] },
    company: { success: true, created: true },
  });
}

test('the scenario holds in Node', async () => {
  const file = join(sdk.home, 'scenario.mjs');
  await writeFile(file, script);
  await import(pathToFileURL(file).href);
  const { scenario } = globalThis as unknown as { scenario: Scenario };
  const userId = `node-${randomUUID()}`;
  const setting = { ...settingFor(userId), storage: memory() };
  expect(await scenario.visitInVain(setting)).toEqual({ asked: [userId] });
  expectVisit(await scenario.visit(setting), userId);
  expectBackend(await scenario.backend(setting));
});

interface Scenario {
  readonly visitInVain: (setting: object) => Promise<unknown>;
  readonly visit: (setting: object) => Promise<unknown>;
  readonly backend: (setting: object) => Promise<unknown>;
  readonly leave: (setting: object, token: string) => void;
}

test('the scenario holds in a browser, through a reload, and a page that is left still tells', async () => {
  const site = await startSite(server.port);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const open = async (): Promise<void> => {
      await page.goto(site.url);
      await page.addScriptTag({ content: script, type: 'module' });
    };
    const userId = `page-${randomUUID()}`;
    const setting = settingFor(userId, site.url);
    await open();
    const inVain = await page.evaluate((given) => scenario.visitInVain(given), setting);
    expect(inVain).toEqual({ asked: [userId] });
    await page.reload();
    await open();
    expectVisit(await page.evaluate((given) => scenario.visit(given), setting), userId);
    expectBackend(await page.evaluate((given) => scenario.backend(given), setting));

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
  const receiver = await startReceiver();
  const who = { key: workspace.test.secretKey };
  const endpoint = { url: receiver.url, event_types: ['user.created'] };
  const { body: webhook } = await server.v1('POST', '/webhooks', endpoint, who);
  await server.v1('POST', `/webhooks/${webhook.id}/test`, { type: 'user.created' }, who);
  await until(() => Promise.resolve(expect(receiver.seen.length).toBeGreaterThan(0)));
  const [{ body, headers } = { body: '', headers: {} }] = receiver.seen;
  await receiver.close();
  const secret: string = webhook.secret;
  const theirs = new Webhook(secret).verify(body, headers as Record<string, string>);
  expect(await verifyWebhook({ body, headers, secret })).toEqual(theirs);

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

/** A storage like a browser's. */
function memory() {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (at: number) => [...items.keys()][at] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
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
