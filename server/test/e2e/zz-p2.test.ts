import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { draftSeries, email, wait } from '../support/series.ts';
import { startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';

test('keeps a server', { timeout: 3_600_000 }, async () => {
  const server = await startServer({ dashboardDir: '/tmp/dash-p2', hasOwnUrl: true });
  const { v1, sdk } = server;
  const owner = await signIn(server, { role: 'owner', name: 'Ada', email: 'ada@tidewater.example' });
  await signIn(server, { role: 'editor', name: 'Grace', email: 'grace@tidewater.example' });
  await v1('POST', '/lists', { name: 'Product news', description: 'What is new', kind: 'opt_in' });
  const content = { type: 'doc', content: [
    { type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: 'Welcome aboard' }] },
    { type: 'paragraph', content: [{ type: 'text', text: 'Hi ' }, { type: 'mergeTag', attrs: { name: 'user.traits.first_name', fallback: 'there' } }, { type: 'text', text: ', thanks for signing up to ' }, { type: 'mergeTag', attrs: { name: 'user.company_name' } }, { type: 'text', text: '. Here is ' }, { type: 'text', text: 'what to do', marks: [{ type: 'bold' }] }, { type: 'text', text: ' in your first week:' }] },
    { type: 'bulletList', content: ['Create a project', 'Invite your team', 'Send your first email'].map((text) => ({ type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })) },
    { type: 'button', attrs: { text: 'Open your project', href: 'https://example.com/start' } },
    { type: 'paragraph', content: [{ type: 'text', text: 'Just reply, we read everything. More on ' }, { type: 'text', text: 'our site', marks: [{ type: 'link', attrs: { href: 'https://example.com' } }] }, { type: 'text', text: '.' }] },
  ] };
  const welcome = { ...email('welcome'), subject: 'Welcome aboard, {{ user.traits.first_name | default: "friend" }}', preheader: 'Three things for your first day', content, format: 'branded' } as Record<string, unknown>;
  delete welcome['html'];
  const tips = { ...email('tips'), subject: 'Three tips', html: '<h1>Three tips</h1>\n<p>Hello {{ user.name | default: "there" }}</p>\n<table><tr><td style="color:#444">One</td></tr></table>\n', variants: [{ name: 'A', weight: 50 }, { name: 'B', weight: 50, subject: 'Tips for {{ user.name }}' }] };
  const last = { ...email('last'), subject: 'MJML', mjml: '<mjml>\n  <mj-body>\n    <mj-section>\n      <mj-column>\n        <mj-text>Hello {{ user.name }}</mj-text>\n        <mj-button href="https://example.com">Go</mj-button>\n      </mj-column>\n    </mj-section>\n  </mj-body>\n</mjml>\n' } as Record<string, unknown>;
  delete last['html'];
  const steps = [welcome, wait('day', 1, 'days'), tips, wait('week', 7, 'days'), last];
  const series = await draftSeries(server, { name: 'Welcome', steps });
  const liveSeries = (await v1('POST', '/series', { name: 'Welcome', steps }, { key: server.live.secretKey })).body.id;
  for (const [user_id, traits] of [['ada', { email: 'ada@lovelace.example', name: 'Ada Lovelace', first_name: 'Ada', plan: 'pro', company_name: 'Analytical' }], ['linus', { email: 'linus@example.com', name: 'Linus', plan: 'free' }]] as const) {
    await sdk('/users/identify', { user_id, traits });
    await sdk('/users/identify', { user_id, traits }, { key: server.live.widgetKey });
  }
  await v1('POST', '/templates', { kind: 'template', name: 'Product letter', content, format: 'branded' });
  await v1('POST', '/templates', { kind: 'snippet', name: 'Signature', html: '<p>Your team</p>' });
  writeFileSync('/tmp/p2-server.json', JSON.stringify({ url: server.url, cookie: owner.cookie, side: server.test.id, live: server.live.id, series, liveSeries }));
  while (!existsSync('/tmp/p2-stop')) await sleep(500);
  await server.close().catch(() => undefined);
});
