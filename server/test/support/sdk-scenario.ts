import { createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packSdk, type SdkPackage } from './sdk-package.ts';
import { startServer, type TestServer, type TestWorkspace } from './server.ts';
import { activeSeries } from './series.ts';
import { until } from './until.ts';
import { startReceiver } from './webhook-receiver.ts';

/** What the scenario of the SDK needs: the packed package, and a server to play it against. */
export interface SdkWorld {
  readonly server: TestServer;
  readonly workspace: TestWorkspace;
  readonly seriesId: string;
  readonly sdk: SdkPackage;
  /** The scenario in JavaScript, beside the installed package. */
  readonly scenarioFile: string;
  readonly webhook: SentWebhook;
  /** What one run of the scenario is given. `apiUrl` is where backends reach the server. */
  readonly settingFor: (userId: string, apiUrl?: string) => object;
  readonly close: () => Promise<void>;
}

/** A webhook as it arrived, and the secret of its endpoint. */
interface SentWebhook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
}

const SCENARIO = join(import.meta.dirname, '../../../sdk/test/scenario.ts');
/** A port that is never given out. */
const DEAD_URL = 'http://127.0.0.1:1';

export async function startSdkWorld(): Promise<SdkWorld> {
  const sdk = await packSdk();
  const scenarioFile = join(sdk.home, 'scenario.js');
  await writeFile(scenarioFile, stripTypeScriptTypes(await readFile(SCENARIO, 'utf8')));
  const server = await startServer();
  const workspace = await server.newWorkspace({
    settings: { identity_verification: { enabled: true } },
  });
  const { widgetKey, secretKey, identitySecret } = workspace.test;
  const seriesId = await activeSeries(server, { key: secretKey });
  const webhook = await sentWebhook(server, secretKey);
  const odd = await startOddServer();
  return {
    server,
    workspace,
    seriesId,
    sdk,
    scenarioFile,
    webhook,
    settingFor: (userId, apiUrl = server.url) => ({
      url: server.url,
      apiUrl,
      deadUrl: DEAD_URL,
      oddUrl: odd.url,
      widgetKey,
      secretKey,
      identitySecret,
      seriesId,
      userId,
      webhook,
    }),
    close: async () => {
      await odd.close();
      await server.close();
      await sdk.remove();
    },
  };
}

async function sentWebhook(server: TestServer, key: string): Promise<SentWebhook> {
  const receiver = await startReceiver();
  const endpoint = { url: receiver.url, event_types: ['user.created'] };
  const { body: made } = await server.v1('POST', '/webhooks', endpoint, { key });
  await server.v1('POST', `/webhooks/${made.id}/test`, { type: 'user.created' }, { key });
  await until(() => Promise.resolve(expect(receiver.seen.length).toBeGreaterThan(0)));
  await receiver.close();
  // Nothing else is told there: nobody listens any more.
  await server.v1('DELETE', `/webhooks/${made.id}`, undefined, { key });
  const [{ body, headers } = { body: '', headers: {} }] = receiver.seen;
  return { body, headers: headers as Record<string, string>, secret: made.secret as string };
}

/** What a call may meet instead of Milepost: `oddUrl` of the scenario. */
async function startOddServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(({ method, url = '', headers }, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'authorization');
    if (method === 'OPTIONS') response.writeHead(204).end();
    else if (url.startsWith('/proxy/')) response.writeHead(502).end('<html>Bad gateway');
    else if (url.startsWith('/moved/')) {
      const Location = `http://${headers.host}/elsewhere`;
      response.writeHead(301, { Location }).end();
    } else if (url === '/elsewhere') response.end('{"data":[],"next_cursor":null}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a visit in vain and every run of the scenario come to, wherever they are played. */
export function expectVisitInVain(visit: unknown, userId: string): void {
  expect(visit).toEqual({ asked: [userId] });
}

export function expectVisit(visit: unknown, userId: string): void {
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

export function expectBackend(backend: unknown): void {
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

export function expectFaults(faults: unknown): void {
  expect(faults).toEqual({
    dead: 'no answer',
    slow: 'time is up',
    givenUp: 'Error: enough',
    proxy: 'ApiError: The server answered 502.',
    moved: 'ApiError: Redirects are not followed,',
  });
}

export function expectFiles(files: unknown): void {
  expect(files).toEqual({
    kinds: ['users', 'users', 'users'],
    suppressions: expect.stringMatching(/^\w+(,\w+)*\r?\n/),
  });
}

export function expectSignatures(signatures: unknown, userId: string): void {
  expect(signatures).toEqual({
    right: 'user.created',
    bytes: 'user.created',
    headers: 'user.created',
    rotated: 'user.created',
    changed: 'signature',
    stranger: 'signature',
    short: 'signature',
    late: 'timestamp',
    withoutSecret: expect.stringMatching(/^TypeError: /),
    token: tokenOf(userId),
    withoutIdentity: expect.stringMatching(/^TypeError: /),
  });
}

/** The token of the scenario, as another library of signatures makes it. */
function tokenOf(userId: string): string {
  const content = [
    { alg: 'HS256', typ: 'JWT' },
    { user_id: userId, iat: 0, exp: 3_600 },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${createHmac('sha256', 'mp_is_test_x').update(content).digest('base64url')}`;
}

/** What `play` comes to. */
export function expectPlayed(played: Record<string, unknown>, userId: string): void {
  expectVisitInVain(played['inVain'], userId);
  expectVisit(played['visit'], userId);
  expectBackend(played['backend']);
  expectFaults(played['faults']);
  expectFiles(played['files']);
  expectSignatures(played['signatures'], userId);
}
