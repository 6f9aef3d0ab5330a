import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, expect, test } from 'vitest';
import { assistantOf, connectAssistant } from '../support/assistant.ts';
import { milepost } from '../support/command.ts';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { startServer } from '../support/server.ts';
import { draftSeries } from '../support/series.ts';

/** Goal: a member and an assistant do something together. Method: a real client, command and browser. */
const server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
afterAll(async () => {
  await closeBrowser();
  await server.close();
});

const MAIN = join(import.meta.dirname, '../../src/app/main.ts');

test('a member reads what an assistant asks, and allows it once', async () => {
  const assistant = await connectAssistant(server, server.live.secretKey);
  const id = await draftSeries(server, { key: server.live.secretKey });
  const asked = await assistant.done('publish_series', { series_id: id });
  const { pathname, search } = new URL(asked.confirm_at);
  const { page, close } = await openDashboard(server, {
    role: 'editor',
    path: pathname + search,
    workspaceId: server.live.id,
  });
  const what = page.getByRole('region', { name: 'What would be done' });
  await what.getByText('Activate the series “Welcome”').waitFor();
  await what.getByText('It sends 2 emails: “Subject of welcome”').waitFor();
  await what.getByText(asked.code).waitFor();
  await what.getByRole('link', { name: 'Look at the series' }).waitFor();
  await page.getByRole('button', { name: 'Allow this once' }).click();
  const token = await page.getByText(/^mp_ct_/).textContent();
  await assistant.done('publish_series', { series_id: id, confirmation_token: token });
  await assistant.close();
  await page.getByText('This was decided: done').waitFor();

  await page.goto(`${server.url}/dashboard/settings/assistants${search}`);
  const row = page.getByRole('row', { name: /Activate the series “Welcome”/ });
  await row.getByText('done', { exact: true }).waitFor();
  await row.getByRole('link').click();
  await page.getByRole('heading', { name: 'An assistant asks' }).waitFor();
  await close();
}, 60_000);

test('milepost mcp gives a program the tools of a running server, and says what it misses', async () => {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const noise: string[] = [];
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- It is no event target.
  client.onerror = ({ message }) => noise.push(message);
  const env = { MILEPOST_URL: server.url, MILEPOST_SECRET_KEY: server.test.secretKey };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], env }),
  );
  const assistant = assistantOf(client);
  expect(client.getInstructions()).toContain('You work on the test side');
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('publish_series');
  const id = await draftSeries(server);
  expect(await assistant.done('get_series', { series_id: id })).toMatchObject({ name: 'Welcome' });
  const asked = await assistant.done('archive_series', { series_id: id });
  expect(asked).toMatchObject({ needs_confirmation: true });
  const unknown = await assistant.call('get_series', { series_id: 'none', 'kein Feld': 1 });
  expect(unknown).toMatchObject({ isError: true, body: { code: 'assistant.arguments_invalid' } });
  await assistant.close();
  // Whatever else stood on its standard output would be no message of the protocol.
  expect(noise).toEqual([]);

  const keyless = await milepost(['mcp']);
  expect([keyless.status, keyless.err]).toEqual([
    1,
    expect.stringContaining('MILEPOST_SECRET_KEY'),
  ]);
  const refused = await milepost(['mcp'], { env: { ...env, MILEPOST_SECRET_KEY: 'mp_sk_x' } });
  expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('Invalid API key')]);
}, 60_000);
