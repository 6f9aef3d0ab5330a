import { afterAll, expect, test } from 'vitest';
import { suppress } from '../../src/consent/index.ts';
import { sendTest, type Outlets } from '../../src/delivery/index.ts';
import { createCaptureTransport } from '../../src/transport/index.ts';
import { testDatabase } from '../support/database.ts';
import { sentWorld } from '../support/sent-world.ts';

/** Goal: not even a test goes to an address that must not be mailed. */
const { db, drop } = await testDatabase();
afterAll(drop);

test.each([
  ['hard_bounce', 'it goes to nobody who is not there', false],
  ['complaint', 'it goes to nobody who complained', false],
  ['unsubscribe', 'it is no marketing', true],
] as const)('a test to an address suppressed for %s: %s', async (reason, _why, isSent) => {
  const { workspaceId, deps } = await sentWorld(db);
  const transport = createCaptureTransport();
  const outlets = { choose: async () => ({ transport }) } as unknown as Outlets;
  const now = new Date();
  const to = 'Ada@Tidewater.Example';
  const mail = { workspaceId, from: 'a@b.example', to, subject: 'x', html: '<p>x</p>', text: 'x' };
  const send = () => sendTest({ outlets, db, consentKey: deps.consent.key, now }, mail);
  expect(await send()).toEqual({ transport: 'capture' });
  const targets = [{ address: 'ada@tidewater.example' }];
  await suppress(deps.consent, { workspaceId, targets, reason, source: 'test', now });
  const answer = await send().then(
    () => null,
    (error: { code?: string }) => error.code,
  );
  expect(answer).toBe(isSent ? null : 'delivery.test_not_sent');
});
