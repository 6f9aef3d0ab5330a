import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { activeSeries, email, wait } from '../support/series.ts';
import { startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';

const PLANS = ['free', 'pro', 'team'];
const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Linus', 'Margaret Hamilton', 'Dennis Ritchie', 'Barbara Liskov'];

test('keeps a server', { timeout: 3_600_000 }, async () => {
  const server = await startServer({ dashboardDir: '/tmp/dash-p3', hasOwnUrl: true });
  const { v1, sdk } = server;
  const owner = await signIn(server, { role: 'owner' });
  const viewer = await signIn(server, { role: 'viewer' });
  const news = (await v1('POST', '/lists', { name: 'Product news', description: 'What is new, once a month', kind: 'opt_in', double_opt_in: true })).body.id;
  await v1('POST', '/lists', { name: 'Tips', description: 'Short hints', kind: 'opt_out' });
  const series = await activeSeries(server, {
    name: 'Welcome',
    steps: [email('welcome', { subject: 'Welcome aboard, {{user.name}}', html: '<h1>Welcome</h1><p>Good to have you, {{ user.name }}.</p>' }), wait('day', 1, 'days'), email('second', { subject: 'Three tips' }), wait('week', 7, 'days'), email('third')],
    settings: { timezone: 'Europe/Berlin' },
  });
  await activeSeries(server, { name: 'Trial ending', settings: {} });
  for (let c = 0; c < 8; c++) {
    await sdk('/companies/identify', { company_id: `co-${c}`, traits: { name: `Company ${c}`, domain: `co${c}.example`, plan: PLANS[c % 3], employee_count: 5 * c, industry: 'shipping', city: 'Hamburg' } }, { key: server.test.secretKey }).then((a) => a.status !== 200 && console.log(a.text));
  }
  for (let i = 0; i < 70; i++) {
    const id = `user-${i}`;
    const a = await sdk('/users/identify', { user_id: id, traits: { email: `person${i}@co${i % 8}.example`, name: `${NAMES[i % 6]}${i > 5 ? ` ${i}` : ''}`, timezone: ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'][i % 3], plan: PLANS[i % 3], seats: i, trial: i % 2 === 0, tags: ['a', 'b'].slice(0, i % 3), signed_up_at: `2025-0${1 + (i % 3)}-1${i % 9}T10:00:00Z`, address: { city: 'Berlin', zip: '10115' } } });
    if (a.status !== 200) console.log(a.text);
  }
  for (let i = 0; i < 12; i++) {
    await sdk('/events', { user_id: `user-${i}`, session_id: 's', events: [{ event_type: 'purchase', metadata: { amount: 10 * i, sku: 'A-1' } }, { event_type: 'page_viewed', page_url: 'https://example.com/pricing' }] }).then((a) => a.status >= 300 && console.log(a.text));
    await v1('POST', `/series/${series}/enroll`, { users: [`user-${i}`] }).then((a) => a.status >= 300 && console.log(a.text));
  }
  await v1('POST', '/test_clock/advance', { by: { days: 2 } });
  await v1('POST', `/lists/${news}/subscribers`, { user_ids: ['user-0', 'user-1', 'user-2'], confirmed: true }).then((a) => a.status >= 300 && console.log(a.text));
  await v1('POST', `/lists/${news}/subscribers`, { user_ids: ['user-3', 'user-4'] }).then((a) => a.status >= 300 && console.log(a.text));
  await v1('PUT', '/users/user-5/preferences', { all: 'unsubscribed' });
  for (const [i, reason] of ['hard_bounce', 'complaint', 'manual'].entries()) await v1('POST', '/suppressions', { email: `gone${i}@example.com`, reason, note: 'told by phone' }).then((a) => a.status >= 300 && console.log(a.text));
  await v1('POST', '/suppressions', { email: 'person1@co1.example', reason: 'hard_bounce' });
  await v1('POST', '/filters', { name: 'Paying', kind: 'users', filter: { field: 'user.plan', operator: 'one_of', value: ['pro', 'team'] }, columns: ['user.plan', 'user.seats'] });
  await server.db`update messages set state = 'in_doubt' where workspace_id = ${server.test.id} and id in (select id from messages where workspace_id = ${server.test.id} limit 3)`.catch((e) => console.log(e.message));
  writeFileSync('/tmp/p3-server.json', JSON.stringify({ url: server.url, cookie: owner.cookie, viewer: viewer.cookie, side: server.test.id, series, news, key: server.test.secretKey }));
  while (!existsSync('/tmp/p3-stop')) await sleep(500);
  await server.close().catch(() => undefined);
});
