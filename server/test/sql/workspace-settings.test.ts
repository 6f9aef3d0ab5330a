import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import {
  changeSettings,
  createSecretBox,
  createWorkspace,
  readWorkspace,
  settingsViewOf,
} from '../../src/workspace/index.ts';
import { testDatabase } from '../support/database.ts';

const { db, drop } = await testDatabase();
afterAll(drop);

const NOW = new Date('2026-03-01T12:00:00.123Z');
const LATER = new Date('2026-03-01T13:00:00.456Z');
const box = createSecretBox(randomBytes(32));
const deps = { pool: db, forget: () => {}, isMailbox: (text: string) => text.includes('@') };
const newWorkspace = () => createWorkspace({ pool: db, box }, { name: 'Acme', now: NOW });

test('a change is stored, answered whole, and leaves the other side alone', async () => {
  const { live, test: side } = await newWorkspace();
  const body = { name: 'New', timezone: 'europe/berlin', from: 'Acme <a@b.example>' };
  const answer = await changeSettings(deps, { workspaceId: live.id, body, now: LATER });
  const stored = await readWorkspace(db, { workspaceId: live.id });
  expect(stored.settings).toEqual(answer);
  expect(stored).toMatchObject({
    name: 'New',
    timezone: 'Europe/Berlin',
    updatedAt: LATER,
    createdAt: NOW,
  });
  expect(settingsViewOf(answer)).toMatchObject({ name: 'New', from: 'Acme <a@b.example>' });
  expect(await readWorkspace(db, { workspaceId: side.id })).toMatchObject({
    name: 'Acme',
    updatedAt: NOW,
  });
});

test('a change with a fault changes nothing', async () => {
  const { live } = await newWorkspace();
  const before = await readWorkspace(db, { workspaceId: live.id });
  const body = { name: 'New', timezone: 'nowhere' };
  await expect(changeSettings(deps, { workspaceId: live.id, body, now: LATER })).rejects.toThrow(
    'timezone is not a known IANA time zone',
  );
  expect(await readWorkspace(db, { workspaceId: live.id })).toEqual(before);
});

test('changes that arrive together do not undo each other', async () => {
  const { live } = await newWorkspace();
  const bodies = [
    { rate_limits: { widget_per_minute: 1 } },
    { rate_limits: { widget_unknown_user_per_minute: 2 } },
    { rate_limits: { secret_per_second: 3 } },
    { rate_limits: { enrollments_per_user_per_hour: 4 } },
    { identity_verification: { enabled: false } },
    { identity_verification: { require_exp: true } },
    { name: 'Together' },
    { timezone: 'Asia/Tokyo' },
  ];
  await Promise.all(
    bodies.map((body) => changeSettings(deps, { workspaceId: live.id, body, now: LATER })),
  );
  const { settings } = await readWorkspace(db, { workspaceId: live.id });
  expect(settings).toMatchObject({
    name: 'Together',
    timezone: 'Asia/Tokyo',
    identityVerification: { enabled: false, requireExp: true },
    rateLimits: {
      widgetPerMinute: 1,
      widgetUnknownUserPerMinute: 2,
      secretPerSecond: 3,
      enrollmentsPerUserPerHour: 4,
    },
  });
});

test('the cache is told only after the change is stored', async () => {
  const { live } = await newWorkspace();
  const seen: Promise<string>[] = [];
  const forget = () => {
    seen.push(readWorkspace(db, { workspaceId: live.id }).then(({ name }) => name));
  };
  await changeSettings(
    { ...deps, forget },
    { workspaceId: live.id, body: { name: 'Seen' }, now: LATER },
  );
  expect(await Promise.all(seen)).toEqual(['Seen']);
});

test('settings of a workspace that does not exist cannot be changed', async () => {
  const workspaceId = '00000000-0000-7000-8000-000000000000';
  await expect(changeSettings(deps, { workspaceId, body: {}, now: LATER })).rejects.toThrow(
    'Workspace not found',
  );
});
