import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as lists from '../../src/consent/sql/lists.ts';
import * as preferences from '../../src/consent/sql/preferences.ts';
import * as suppressions from '../../src/consent/sql/suppressions.ts';
import { takeRequest } from '../../src/enrollment/confirmation/sql.ts';
import { takeSlots } from '../../src/delivery/sql/throttle.ts';
import * as transports from '../../src/delivery/sql/transports.ts';
import { withdrawLeases } from '../../src/delivery/sql/withdraw.ts';
import * as senderDomains from '../../src/delivery/senders/sql/domains.ts';
import * as dkimKeys from '../../src/delivery/senders/sql/keys.ts';
import * as senders from '../../src/delivery/senders/sql/senders.ts';
import type { Pool, Transaction } from '../../src/platform/db.ts';
import { NIL_UUID } from '../../src/platform/ids.ts';
import * as variants from '../../src/series/sql/variants.ts';
import * as templates from '../../src/template/library/sql.ts';
import * as inboxes from '../../src/tracking/inbound/sql.ts';
import * as counts from '../../src/tracking/sql/counts.ts';
import * as links from '../../src/tracking/sql/links.ts';
import * as pauses from '../../src/tracking/sql/pauses.ts';
import * as returned from '../../src/tracking/sql/returned.ts';
import { markMachines } from '../../src/tracking/sql/visits.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';

/**
 * Goal: nothing that an email, its consent or what comes back of it waits for reads more the more there
 * is. Method: as for all statements: tables as they lie after a long time, and the plan of each
 * statement, for the values at hand and for any values.
 */
const PEOPLE = 20_000;
/** Of other customers. */
const SIDES = 2_000;
/** Small, and read whole whenever the planner likes. */
const SMALL = new Set(['automations', 'workspaces']);

let db: Pool;
let drop: () => Promise<void>;

const side = randomUUID();
const series = randomUUID();
const list = randomUUID();
const user = randomUUID();
const message = randomUUID();
const now = new Date();
const weekAgo = new Date(now.getTime() - 7 * 86_400_000);
const hash = '00'.repeat(32);

beforeAll(async () => {
  ({ db, drop } = await testDatabase());
  await seed();
}, 300_000);
afterAll(() => drop());

/** As one text, for a literal has no type that the database would have to guess. */
async function seed(): Promise<void> {
  await db.unsafe(`
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    values ('${side}', '${side}', 'live', 'W', now(), now());
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    select id, id, 'live', 'W', now(), now()
      from (select gen_random_uuid() as id from generate_series(1, ${SIDES})) w;
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    select id, id, 'series', 'S', 'active', '{}', 1, now(), now() from workspaces;
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values ('${series}', '${side}', 'series', 'S', 'active', '{}', 1, now(), now());
    insert into users (bucket, workspace_id, id, external_id, email, first_seen, last_seen, created_at, updated_at)
    select n % 64, '${side}', gen_random_uuid(), 'u' || n, 'u' || n || '@example.com', now(), now(),
           now() - n * interval '1 second', now()
      from generate_series(1, ${PEOPLE}) n;
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state, entered_at)
    select bucket, gen_random_uuid(), workspace_id, id, '${series}', 1, 1, 'active', now() from users;
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version, step_id,
                            live, due_at, from_at, timezone, tz_version, reasons)
    select bucket, id, 2, workspace_id, automation_id, user_id, 1, 'tips', true, now(), now(), 'UTC', '2025b', '[]'
      from enrollments;
    insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                          user_external_id, step_id, state, transport, from_address, to_address, subject,
                          html, text, headers, message_id, scheduled_for, reasons, attempt, attempted_at,
                          created_at, updated_at, variant)
    select bucket, gen_random_uuid(), workspace_id, id, 1, automation_id, user_id, 'u', 'hello', 'accepted',
           'smtp', 'a@example.com', 'b@example.com', 's', 'h', 't', '{}', 'm', now(), '[]', 1, now(), now(),
           now(), case when random() < 0.05 then 'A' end
      from enrollments;
    insert into message_events (bucket, id, workspace_id, message_id, kind, at)
    select bucket, gen_random_uuid(), workspace_id, id, 'accepted', now() from messages;
    insert into lists (id, workspace_id, name, kind, created_at, updated_at)
    select gen_random_uuid(), id, 'L', 'opt_out', now(), now() from workspaces;
    insert into lists (id, workspace_id, name, kind, created_at, updated_at)
    values ('${list}', '${side}', 'L', 'opt_in', now(), now());
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    select bucket, id, l, workspace_id, 'subscribed', 'api', now()
      from users cross join unnest(array['${NIL_UUID}', '${list}']::uuid[]) l;
    insert into consent_changes (bucket, id, workspace_id, user_id, list_id, after, source, at)
    select bucket, gen_random_uuid(), workspace_id, user_id, list_id, state, source, at from preferences;
    insert into suppressions (id, workspace_id, hash, kind, address, reason, source, at)
    select gen_random_uuid(), workspace_id, sha256(external_id::bytea), 'address', email,
           (array['hard_bounce', 'unsubscribe'])[1 + bucket % 2], 'x', now() from users;
    insert into suppression_changes (id, workspace_id, hash, change, reason, source, at)
    select gen_random_uuid(), workspace_id, hash, 'added', reason, source, at from suppressions;
    insert into confirmation_counts (workspace_id, hash, since, count)
    select workspace_id, hash, now(), 1 from suppressions;
    insert into links (id, workspace_id, url, created_at)
    select gen_random_uuid(), '${side}', 'https://shop.example/' || n, now() from generate_series(1, ${PEOPLE}) n;
    insert into message_counts (workspace_id, hour, automation_id, step_id, slot, sent, updated_at)
    select id, date_trunc('hour', now()) - n * interval '7 hours', id, 'hello', 1, 9, now() - n * interval '7 hours'
      from workspaces cross join generate_series(1, 20) n;
    insert into sending_pauses (id, workspace_id, rule, figures, paused_at, resumed_at, counted_before)
    select gen_random_uuid(), id, 'bounces', '{}', now(), now() - n * interval '1 day', '{}'
      from workspaces cross join generate_series(1, 3) n;
    insert into inboxes (id, workspace_id, address, domain, host, port, tls, username, password, next_read_at,
                         created_at, updated_at)
    select gen_random_uuid(), id, 'back@x.example', 'x.example', 'imap', 993, 'tls', 'u', 'p',
           now() + random() * interval '1 minute', now(), now() from workspaces;
    insert into transports (id, workspace_id, kind, name, settings, created_at, updated_at)
    select gen_random_uuid(), id, 'smtp', 'T', '{}', now(), now() from workspaces;
    insert into throttles (key, next_at, paced_at)
    select gen_random_uuid() || ' to:x', now(), now() from generate_series(1, ${PEOPLE});
    insert into throttle_days (key, day, used)
    select gen_random_uuid()::text, now()::date, 1 from generate_series(1, ${PEOPLE});
    insert into templates (workspace_id, id, kind, slug, name, version, created_at, updated_at)
    select id, gen_random_uuid(), 'snippet', 's' || n, 'T', 1, now(), now()
      from workspaces cross join generate_series(1, 5) n;
    insert into template_versions (workspace_id, template_id, number, body, created_at)
    select workspace_id, id, 1, '{}', now() from templates;
    insert into template_uses (workspace_id, template_id, automation_id, automation_version, step_id, number)
    select workspace_id, id, workspace_id, 1, 'a', 1 from templates;
    insert into sender_domains (id, workspace_id, domain, next_check_at, created_at, updated_at)
    select gen_random_uuid(), id, 'x.example', now() + random() * interval '1 day', now(), now() from workspaces;
    insert into dkim_keys (id, domain_id, selector, algorithm, public_key, private_key, state, created_at, seen_at)
    select gen_random_uuid(), id, 's1', 'rsa-2048', 'x', 'x', 'active', now(), now() from sender_domains;
    insert into senders (id, workspace_id, name, address, domain, is_default, created_at, updated_at)
    select gen_random_uuid(), id, 'S', 'a@x.example', 'x.example', true, now(), now() from workspaces;
    insert into variant_tests (automation_id, step_id, workspace_id, metric, after, confidence, names, look_due_at)
    select id, 'hello', workspace_id, 'opened', 100, 0.95, '{A,B}', now() + random() * interval '1 day'
      from automations;
  `);
  await db`analyze`;
}

const person = { bucket: 7, userId: user };
const people = [person, { ...person, bucket: 8 }];
const of = { workspaceId: side };
const page = { after: null, limit: 51 };
const later = { after: { at: now, id: message }, limit: 51 };
const ref = { bucket: 7, id: message };
const refs = [ref, { ...ref, bucket: 8 }];
const count = { ...of, automationId: series, stepId: 'hello', kind: 'sent' as const, by: 1 };
const step = { automationId: series, stepId: 'hello' };
const found = { ...of, reason: null, prefix: null, hash: null };
const template = { ...of, id: message };
/** As a pool that has one connection: what is planned needs no transaction. */
const pooled = (tx: Transaction): Pool =>
  Object.assign(tx, {
    begin: (work: (inner: Transaction) => Promise<unknown>) => work(tx),
  }) as unknown as Pool;

/** Name, indexes it must go by, and the statement. */
const STATEMENTS: readonly [string, readonly string[], (tx: Transaction) => Promise<unknown>][] = [
  // What consent waits for.
  [
    'withdrawLeases',
    ['enrollments_run', 'recipients_pkey'],
    (tx) => withdrawLeases(pooled(tx), people),
  ],
  [
    'choicesOf',
    ['preferences_pkey'],
    (tx) => preferences.choicesOf(tx, { users: people, listIds: [list] }),
  ],
  ['listRules', [], (tx) => preferences.listRules(tx, { ...of, ids: [list] })],
  [
    'listChoices',
    ['lists_by_age', 'preferences_pkey'],
    (tx) => preferences.listChoices(tx, { ...of, ...person, limit: 50 }),
  ],
  [
    'hasLeftAll',
    ['preferences_pkey', 'users_pkey', 'suppressions_by_address'],
    (tx) => preferences.hasLeftAll(tx, { ...of, ...person }),
  ],
  ['knownUsers', ['users_pkey'], (tx) => lists.knownUsers(tx, { users: people })],
  [
    'changesOf',
    ['consent_changes_by_user'],
    (tx) => lists.changesOf(tx, { ...of, ...person, before: null, limit: 50 }),
  ],
  [
    'listSubscribers',
    ['preferences_by_list', 'users_pkey'],
    (tx) => lists.listSubscribers(tx, { ...of, ...page, id: list, state: 'subscribed' }),
  ],
  [
    'listSubscribersAndSilent',
    ['users_by_age', 'preferences_pkey'],
    (tx) => lists.listSubscribersAndSilent(tx, { ...of, ...page, id: list, state: 'subscribed' }),
  ],
  [
    'usersWithAddress',
    ['users_email'],
    (tx) => suppressions.usersWithAddress(tx, { ...of, addresses: ['u7@example.com'] }),
  ],
  [
    'listSuppressions',
    ['suppressions_by_age'],
    (tx) => suppressions.listSuppressions(tx, { ...found, ...page }),
  ],
  [
    'listSuppressions of one address',
    ['suppressions_once'],
    (tx) => suppressions.listSuppressions(tx, { ...found, ...page, hash }),
  ],
  [
    'liftUnsubscribes',
    ['suppressions_once', 'suppressions_by_address'],
    (tx) =>
      suppressions.liftUnsubscribes(tx, {
        ...of,
        users: people,
        userHashes: [hash],
        source: 'x',
        now,
      }),
  ],
  [
    'takeRequest',
    ['confirmation_counts_by_age', 'confirmation_counts_pkey'],
    (tx) => takeRequest(tx, { ...of, addressHash: hash }, { perDay: 3 }),
  ],
  // What following a link, and what comes back, waits for.
  ['insertLinks', [], (tx) => links.insertLinks(tx, [{ id: message, ...of, url: 'https://x/' }])],
  ['findLink', ['links_pkey'], (tx) => links.findLink(tx, message)],
  ['findMessages', ['messages_pkey'], (tx) => returned.findMessages(tx, side, refs)],
  [
    'lockMessages',
    ['messages_pkey'],
    (tx) => returned.lockMessages(tx, refs, { workspaceId: null }),
  ],
  [
    'insertEvents',
    ['messages_pkey'],
    (tx) =>
      returned.insertEvents(tx, [
        { ...ref, messageId: message, kind: 'opened', at: now, detail: {} },
      ]),
  ],
  ['knownEvents', ['message_events_pkey'], (tx) => returned.knownEvents(tx, refs)],
  ['pastEvents', ['message_events_by_message'], (tx) => returned.pastEvents(tx, refs)],
  [
    'raiseStates',
    ['messages_pkey'],
    (tx) => returned.raiseStates(tx, [{ ...ref, told: 'delivered' }]),
  ],
  ['messagesBehind', ['messages_behind'], (tx) => returned.messagesBehind(tx)],
  [
    'lastMessagesTo',
    ['messages_by_user', 'message_events_by_message'],
    (tx) => returned.lastMessagesTo(tx, { ...person, to: 'b@example.com' }),
  ],
  [
    'signalMessages',
    ['workspaces_pkey'],
    (tx) => returned.signalMessages(tx, [{ ...of, ...person, name: 'opened' }]),
  ],
  [
    'markMachines',
    ['message_events_pkey'],
    (tx) => markMachines(tx, [{ ...ref, reason: 'honeypot' }]),
  ],
  ['addCounts', [], (tx) => counts.addCounts(withNames(tx), [count])],
  [
    'countsOfSeries',
    ['message_counts_by_series'],
    (tx) => counts.countsOfSeries(withNames(tx), count),
  ],
  [
    'reputationSince',
    ['message_counts_pkey'],
    (tx) => counts.reputationSince(tx, { ...of, since: weekAgo }),
  ],
  [
    'workspacesCountedSince',
    ['message_counts_by_hour'],
    (tx) => counts.workspacesCountedSince(tx, now),
  ],
  ['openPauses', ['sending_pauses_open'], (tx) => pauses.openPauses(tx)],
  ['pauseOfSide', ['sending_pauses_open'], (tx) => pauses.pauseOfSide(tx, side)],
  ['claimAlerts', ['sending_pauses_alert'], (tx) => pauses.claimAlerts(tx, { againMs: 1_000 })],
  ['endPause', [], (tx) => pauses.endPause(tx, { id: message, ...of, automationId: null })],
  // What handing over waits for.
  [
    'findReturnInbox',
    ['inboxes_listed'],
    (tx) => inboxes.findReturnInbox(tx, { ...of, domain: 'x.example' }),
  ],
  ['findPosted', ['inboxes_pkey'], (tx) => inboxes.findPosted(tx, { id: message, generation: 1 })],
  [
    'claimInbox',
    ['inboxes_due'],
    (tx) => inboxes.claimInbox(tx, { token: message, now, until: now }),
  ],
  ['listTransports', ['transports_by_workspace'], (tx) => transports.listTransports(tx, of)],
  ['findTransport', ['transports_pkey'], (tx) => transports.findTransport(tx, message)],
  ['slowedProviders', ['throttles_pkey'], (tx) => transports.slowedProviders(tx, message)],
  ['findSnippets', [], (tx) => templates.findSnippets(tx, { ...of, slugs: ['s1', 's2'] })],
  [
    'findTemplateVersion',
    ['template_versions_pkey'],
    (tx) => templates.findTemplateVersion(tx, { ...template, number: 1 }),
  ],
  [
    'listTemplates',
    ['templates_by_age'],
    (tx) => templates.listTemplates(tx, { ...of, ...later, kind: null, withArchived: false }),
  ],
  ['listUses', ['template_uses_pkey'], (tx) => templates.listUses(tx, { ...template, limit: 200 })],
  [
    'signingKeys',
    ['sender_domains_domain', 'dkim_keys_one_active'],
    (tx) => dkimKeys.signingKeys(tx, { ...of, domains: ['x.example', 'example'] }),
  ],
  ['findDefaultSender', ['senders_one_default'], (tx) => senders.findDefaultSender(tx, of)],
  [
    'claimDueDomains',
    ['sender_domains_due'],
    (tx) => senderDomains.claimDueDomains(tx, { limit: 10, putOffSeconds: 60 }),
  ],
  ['sentRevisionOf', ['variant_tests_pkey'], (tx) => variants.sentRevisionOf(tx, series)],
  ['winnersOf', ['variant_tests_pkey'], (tx) => variants.winnersOf(tx, series)],
  [
    'countVariants',
    ['messages_of_variants', 'message_events_by_message', 'consent_changes_by_user'],
    (tx) => variants.countVariants(tx, step),
  ],
];

/** With names of columns in a statement, as the driver puts them there. */
function withNames(tx: Transaction): Transaction {
  const quoted = (name: string): string => `"${name}"`;
  return ((first: unknown, ...rest: unknown[]) => {
    if (typeof first === 'string') return { strings: [quoted(first)], values: [] };
    if (Array.isArray(first) && !('raw' in first)) {
      return { strings: [first.map((name) => quoted(String(name))).join(', ')], values: [] };
    }
    const parts = rest.map((value) => (Array.isArray(value) ? joined(value) : value));
    return (tx as unknown as (...args: unknown[]) => unknown)(first, ...parts);
  }) as unknown as Transaction;
}

/** A list of parts is one part. */
function joined(values: readonly unknown[]): unknown {
  const isParts = values.every(
    (value) => typeof value === 'object' && value !== null && 'strings' in value,
  );
  if (!isParts || values.length === 0) return values;
  return { strings: values.map(() => '').concat(''), values };
}

test.each(STATEMENTS)('%s goes by its indexes', async (_name, indexes, run) => {
  const plans = await plansOf(db, run);
  expect(plans.length).toBeGreaterThan(0);
  for (const { kind, text, indexes: used, scanned } of plans) {
    const whole = [...scanned].filter((table) => !SMALL.has(table));
    const missing = indexes.filter((name) => !used.has(name));
    expect({ kind, whole, missing }, text).toEqual({ kind, whole: [], missing: [] });
  }
});

/** Of each argument of `refusal_of`, its type. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  workspace: 'uuid',
  user_bucket: 'smallint',
  person: 'uuid',
  address_hash: 'bytea',
  person_hash: 'bytea',
  purpose: 'text',
  list: 'uuid',
};

test('refusal_of, which every email is asked with twice, goes by its indexes', async () => {
  const [source] = await db<{ text: string }[]>`
    select prosrc as text from pg_proc where proname = 'refusal_of'
  `;
  const values: Readonly<Record<string, unknown>> = {
    workspace: side,
    user_bucket: 7,
    person: user,
    address_hash: Buffer.from(hash, 'hex'),
    person_hash: Buffer.from(hash, 'hex'),
    purpose: 'marketing',
    list,
  };
  // Words of texts are left alone.
  const parts = (source?.text ?? '').split(
    new RegExp(`('[^']*')|\\b(${Object.keys(ARGUMENTS).join('|')})\\b`),
  );
  const strings = [''];
  const given: unknown[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    const [text = '', quoted = '', name] = parts.slice(at, at + 3);
    strings.push(`${strings.pop()}${text}${quoted}`);
    if (name === undefined) continue;
    strings.push(`::${ARGUMENTS[name]}`);
    given.push(values[name]);
  }
  const plans = await plansOf(db, (tx) =>
    (tx as unknown as (...args: unknown[]) => Promise<unknown>)(strings, ...given),
  );
  expect(plans).toHaveLength(2);
  for (const { kind, indexes, scanned } of plans) {
    expect({ kind, scanned: [...scanned] }).toEqual({ kind, scanned: [] });
    for (const index of ['suppressions_once', 'preferences_pkey', 'lists_pkey']) {
      expect([...indexes], kind).toContain(index);
    }
  }
});

/** How often tables were read from end to end, as the database itself counts. */
async function wholeReads(tables: readonly string[]): Promise<number> {
  const [row] = await db.begin(async (tx) => {
    await tx`select pg_stat_force_next_flush()`;
    return tx<{ count: number }[]>`
      select sum(seq_scan)::int as count from pg_stat_user_tables
       where relname = any (${tables as string[]}::text[])
    `;
  });
  return row?.count ?? 0;
}

test('turns are given by indexes, however many paces there are', async () => {
  const tables = ['throttles', 'throttle_days'];
  const one = await db.reserve();
  const before = await wholeReads(tables);
  // More often than a plan is made anew for the values at hand.
  for (let round = 0; round < 12; round += 1) {
    const slots = await takeSlots(
      one,
      [1, 2, 3].map((n) => ({
        outlet: { key: `${message} all`, perSecond: 5 },
        provider: { key: `${message} to:x`, perSecond: 2 },
        day: { key: message, max: 100 },
        flow: `${message} ${side}:${n}`,
      })),
      { leadMs: 10, horizonMs: 1_000 },
    );
    expect(slots).toHaveLength(3);
    expect(await transports.slowedProviders(one, message)).toEqual(expect.any(Array));
  }
  await one`select pg_stat_force_next_flush()`;
  await one`select 1`;
  one.release();
  expect(await wholeReads(tables)).toBe(before);
  // What is counted is counted.
  await db`select count(*) from throttles where pace > 0`;
  await expect.poll(() => wholeReads(tables), { timeout: 10_000 }).toBeGreaterThan(before);
});
