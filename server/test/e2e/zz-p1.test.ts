import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';

test('keeps a server', { timeout: 3_600_000 }, async () => {
  const server = await startServer({ dashboardDir: '/tmp/dash-p1', hasOwnUrl: true });
  const { v1, sdk } = server;
  const owner = await signIn(server, { role: 'owner' });
  const viewer = await signIn(server, { role: 'viewer' });
  const d = (amount: number, unit = 'days') => ({ amount, unit });
  const steps = [
    { id: 'welcome', type: 'email', subject: 'Welcome aboard, {{ user.name }}', html: '<h1>Welcome</h1><p>Good to have you.</p>' },
    { id: 'pause', type: 'wait', delay: d(2) },
    { id: 'created', type: 'condition', filter: { event: 'project_created', operator: 'at_least', count: 1 }, yes: 'tips', no: 'nudge' },
    { id: 'tips', type: 'email', subject: 'Three tips for your first project', html: '<p>Tips</p>', next: 'ab' },
    { id: 'nudge', type: 'email', subject: 'Your first project takes two minutes', html: '<p>Nudge</p>', next: 'wait_event' },
    { id: 'wait_event', type: 'wait_for_event', event_type: 'project_created', timeout: d(3), next: 'ab', on_timeout: 'call' },
    { id: 'call', type: 'webhook', url: 'https://crm.example.com/hooks', next: 'ab' },
    { id: 'ab', type: 'split', branches: [{ weight: 50, next: 'short' }, { weight: 50, next: 'long' }] },
    { id: 'short', type: 'email', subject: 'In one line', html: '<p>Short</p>', next: 'mark' },
    { id: 'long', type: 'email', subject: 'The whole story', html: '<p>Long</p>', next: 'mark' },
    { id: 'mark', type: 'update_user', set: { stage: 'onboarded' }, next: 'done' },
    { id: 'done', type: 'end' },
  ];
  const settings = { timezone: 'Europe/Berlin', send_window: { start: '09:00', end: '17:00' }, business_days_only: true };
  const make = async (name: string, list: unknown[], rules: object = settings) => {
    const a = await v1('POST', '/series', { name, steps: list, settings: rules });
    if (a.status !== 201) console.log(a.text);
    return a.body.id as string;
  };
  const live = await make('Onboarding', steps);
  const act = await v1('POST', `/series/${live}/activate`, {});
  if (act.status !== 200) console.log(act.text);
  for (let i = 0; i < 40; i++) {
    await sdk('/users/identify', { user_id: `user-${i}`, traits: { email: `person${i}@example.com`, name: `Person ${i}`, timezone: 'Europe/Berlin', plan: 'pro' } });
    const a = await v1('POST', `/series/${live}/enroll`, { users: [`user-${i}`] });
    if (a.status >= 300) console.log(a.text);
    if (i % 3 === 0) await sdk('/events', { user_id: `user-${i}`, session_id: 's', events: [{ event_type: 'project_created', metadata: { amount: i } }] });
    if (i === 20) await v1('POST', '/test_clock/advance', { by: { days: 4 } });
  }
  await v1('POST', '/test_clock/advance', { by: { days: 1 } });
  const changed = steps.map((s) => (s.id === 'tips' ? { ...s, subject: 'Four tips for your first project' } : s)).filter((s) => s.id !== 'call').map((s) => (s.id === 'wait_event' ? { ...s, on_timeout: 'ab' } : s));
  const put = await v1('PUT', `/series/${live}`, { name: 'Onboarding', steps: changed, settings });
  if (put.status !== 200) console.log(put.text);
  const empty = await make('Empty', []);
  const long = await make('Two hundred', Array.from({ length: 200 }, (_, i) => i % 10 === 5 && i < 190
    ? { id: `s${i}`, type: 'condition', filter: { field: 'user.plan', operator: 'is_set' }, yes: `s${i + 1}`, no: `s${i + 3}` }
    : i % 2 === 0 ? { id: `s${i}`, type: 'wait', delay: d(1) } : { id: `s${i}`, type: 'email', subject: `Number ${i}`, html: '<p>x</p>' }));
  writeFileSync('/tmp/p1-server.json', JSON.stringify({ url: server.url, cookie: owner.cookie, viewer: viewer.cookie, side: server.test.id, live, empty, long, key: server.test.secretKey }));
  while (!existsSync('/tmp/p1-stop')) await sleep(500);
  await server.close().catch(() => undefined);
});
