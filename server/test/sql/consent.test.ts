import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressHash,
  assertConsentKey,
  changeMany,
  changePreferences,
  createConsentKey,
  eraseConsent,
  readPreferences,
  recordSuppressions,
  refusalsOf,
  suppress,
  suppressMany,
  SUPPRESSION_REASONS,
  unsuppress,
  type ConsentAsk,
  type ConsentDeps,
  type ConsentState,
  type SuppressionReason,
  type UserRef,
} from '../../src/consent/index.ts';
import { inTransaction } from '../../src/platform/db.ts';
import { addressKey, addressSpellings, isEmail } from '../../src/platform/email-address.ts';
import { bucketOf, NIL_UUID } from '../../src/platform/ids.ts';
import { testDatabase } from '../support/database.ts';

/**
 * Goal: the one function that says whether an email may leave says what a plain model says, whatever
 * people chose in whatever order; and what they refused is kept, even of those who were erased.
 */
const NOW = new Date('2026-11-23T09:00:00.000Z');
const KEY = createConsentKey(randomBytes(32));

const { db, drop } = await testDatabase();
afterAll(drop);

const withdrawn: UserRef[] = [];
const pending: string[] = [];
const deps: ConsentDeps = {
  db,
  key: KEY,
  withdraw: async (users) => void withdrawn.push(...users),
  onPending: async (asked) => void pending.push(...asked.map(({ userId }) => userId)),
};

async function newWorkspace(listens: readonly string[] = []): Promise<string> {
  const id = randomUUID();
  await db`
    insert into workspaces (id, pair_id, side, name, listens, created_at, updated_at)
    values (${id}, ${id}, 'live', 'Tidewater', ${listens as string[]}, ${NOW}, ${NOW})
  `;
  return id;
}

async function newUser(workspaceId: string, email: string | null = null) {
  const userId = randomUUID();
  const user = { workspaceId, userId, bucket: bucketOf(userId) };
  const address = email ?? `${userId}@example.com`;
  await db`
    insert into users (bucket, id, workspace_id, external_id, email, first_seen, last_seen,
                       created_at, updated_at)
    values (${user.bucket}, ${userId}, ${workspaceId}, ${userId}, ${address}, ${NOW}, ${NOW}, ${NOW},
            ${NOW})
  `;
  return { ...user, address };
}

type TestUser = Awaited<ReturnType<typeof newUser>>;

interface TestList {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: 'opt_in' | 'opt_out';
  readonly isArchived: boolean;
}

async function newList(
  workspaceId: string,
  {
    kind = 'opt_in',
    isArchived = false,
    doubleOptIn = false,
  }: { kind?: TestList['kind']; isArchived?: boolean; doubleOptIn?: boolean } = {},
): Promise<TestList> {
  const id = randomUUID();
  await db`
    insert into lists (id, workspace_id, name, kind, double_opt_in, archived_at, created_at, updated_at)
    values (${id}, ${workspaceId}, 'News', ${kind}, ${doubleOptIn}, ${isArchived ? NOW : null}, ${NOW},
            ${NOW})
  `;
  return { id, workspaceId, kind, isArchived };
}

const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;
const chance = (of: number): boolean => Math.random() < of;
const refusalFor = async (ask: ConsentAsk): Promise<string | null> =>
  (await refusalsOf(db, KEY, [ask]))[0] ?? null;
const marketingTo = (user: TestUser, listId: string | null = null): ConsentAsk => ({
  ...user,
  purpose: 'marketing',
  listId,
});

describe('whether an email may leave', () => {
  interface State {
    readonly suppressed: readonly SuppressionReason[];
    readonly all: ConsentState | null;
    readonly list: TestList | 'missing' | null;
    readonly choice: ConsentState | null;
    readonly workspaceId: string;
    readonly purpose: 'marketing' | 'transactional';
  }

  /** The rules in words: docs/consent.md. */
  function model({ suppressed, all, list, choice, workspaceId, purpose }: State): string | null {
    const isMarketing = purpose === 'marketing';
    const reason = SUPPRESSION_REASONS.find(
      (each) => suppressed.includes(each) && (each !== 'unsubscribe' || isMarketing),
    );
    if (reason !== undefined) return `suppressed:${reason}`;
    if (!isMarketing) return null;
    if (all === 'unsubscribed') return 'unsubscribed';
    if (list === null) return null;
    if (list === 'missing' || list.workspaceId !== workspaceId) return 'list_missing';
    if (list.isArchived) return 'list_archived';
    if (choice === 'unsubscribed') return 'unsubscribed:list';
    if (choice === 'pending') return 'not_confirmed';
    return choice === 'subscribed' || list.kind === 'opt_out' ? null : 'not_subscribed';
  }

  test('is as the model says, over 2,000 random states', async () => {
    const [here, elsewhere] = [await newWorkspace(), await newWorkspace()];
    const lists: (TestList | 'missing' | null)[] = [null, 'missing'];
    for (const workspaceId of [here, here, elsewhere]) {
      for (const kind of ['opt_in', 'opt_out'] as const) {
        lists.push(await newList(workspaceId, { kind, isArchived: true }));
        lists.push(await newList(workspaceId, { kind }));
      }
    }
    const states = Array.from({ length: 2_000 }, () => {
      const userId = randomUUID();
      const state: State = {
        suppressed: chance(0.7) ? [] : SUPPRESSION_REASONS.filter(() => chance(0.3)),
        all: pick([null, null, 'subscribed', 'unsubscribed']),
        list: pick(lists),
        choice: pick([null, 'subscribed', 'unsubscribed', 'pending']),
        workspaceId: here,
        purpose: pick(['marketing', 'marketing', 'transactional']),
      };
      const user = { userId, bucket: bucketOf(userId), address: `${userId}@Example.COM` };
      return { state, user };
    });
    await insertStates(states);
    const answers = await refusalsOf(
      db,
      KEY,
      states.map(({ user, state: { workspaceId, purpose, list } }) => ({
        ...user,
        workspaceId,
        purpose,
        listId: list === null ? null : list === 'missing' ? randomUUID() : list.id,
      })),
    );
    const expected = states.map(({ state }) => model(state));
    expect(answers).toEqual(expected);
    // Every answer has come up, else a rule was not tested.
    expect(new Set(expected).size).toBe(SUPPRESSION_REASONS.length + 7);
  });

  async function insertStates(
    states: readonly { state: State; user: UserRef & { address: string } }[],
  ): Promise<void> {
    const choices = states.flatMap(({ state: { all, list, choice }, user }) => [
      ...(all === null ? [] : [{ ...user, listId: NIL_UUID, to: all }]),
      ...(choice === null || list === null || list === 'missing'
        ? []
        : [{ ...user, listId: list.id, to: choice }]),
    ]);
    await db`
      insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
      select bucket, user_id, list_id, ${states[0]!.state.workspaceId}, state, 'test', ${NOW}
        from unnest(${choices.map(({ bucket }) => bucket)}::smallint[],
                    ${choices.map(({ userId }) => userId)}::uuid[],
                    ${choices.map(({ listId }) => listId)}::uuid[],
                    ${choices.map(({ to }) => to)}::text[]) as c (bucket, user_id, list_id, state)
    `;
    const { workspaceId } = states[0]!.state;
    const asks = states.flatMap(({ state, user: { userId, address } }) =>
      state.suppressed.map((reason) =>
        chance(0.5) ? { address: address.toUpperCase(), reason } : { userId, reason },
      ),
    );
    await suppressMany(deps, { workspaceId, asks, source: 'test', now: NOW });
  }

  test('what is not known refuses', async () => {
    const workspaceId = await newWorkspace();
    const user = await newUser(workspaceId);
    expect(await refusalFor({ ...marketingTo(user), purpose: 'other' as never })).toBe(
      'consent_unreadable',
    );
    expect(await refusalFor(marketingTo(user, 'no id at all'))).toBe('list_missing');
    const [row] = await db`
      select refusal_of(${workspaceId}, 1::smallint, ${user.userId}, null, '\\x00'::bytea, 'marketing',
                        null) as refusal
    `;
    expect(row).toEqual({ refusal: 'consent_unreadable' });
  });

  test('a list of another workspace sends to nobody, whoever is on it', async () => {
    const [here, elsewhere] = [await newWorkspace(), await newWorkspace()];
    const user = await newUser(here);
    const foreign = await newList(elsewhere, { kind: 'opt_out' });
    expect(await refusalFor(marketingTo(user, foreign.id))).toBe('list_missing');
    const change = { ...user, changes: [{ listId: foreign.id, to: 'subscribed' as const }] };
    await expect(
      changePreferences(deps, { ...change, source: 'test', now: NOW }),
    ).rejects.toMatchObject({ code: 'consent.list_not_found' });
  });

  test('a suppression of one workspace does not hold in another', async () => {
    const [here, elsewhere] = [await newWorkspace(), await newWorkspace()];
    const user = await newUser(here);
    const targets = [{ address: user.address }];
    const how = { reason: 'complaint' as const, source: 'test', now: NOW };
    await suppress(deps, { workspaceId: elsewhere, targets, ...how });
    expect(await refusalFor(marketingTo(user))).toBeNull();
  });
});

describe('changing what a person wants', () => {
  let workspaceId: string;
  beforeAll(async () => {
    workspaceId = await newWorkspace(['message:unsubscribe', 'message:complaint']);
  });
  const change = (
    user: TestUser,
    to: ConsentState,
    { listId = null as string | null, source = 'api' } = {},
  ) => changePreferences(deps, { ...user, changes: [{ listId, to }], source, now: NOW });
  const signalsOf = async ({ userId }: TestUser) =>
    (await db`select kind, name from signals where user_id = ${userId}`).map(({ name }) => name);

  test('is proved, told once to the series that listen, and leaves no trace when nothing changes', async () => {
    const user = await newUser(workspaceId);
    const made = { listId: null, before: null, after: 'unsubscribed' };
    expect(await change(user, 'unsubscribed', { source: 'one_click' })).toEqual([made]);
    expect(await change(user, 'unsubscribed')).toEqual([]);
    expect(await signalsOf(user)).toEqual(['unsubscribe']);
    expect(await refusalFor(marketingTo(user))).toBe('unsubscribed');
    await change(user, 'subscribed', { source: 'page' });
    const proof = await db`
      select before, after, source, at from consent_changes
       where bucket = ${user.bucket} and user_id = ${user.userId} order by id
    `;
    expect([...proof].toSorted((a, b) => String(a.after).localeCompare(String(b.after)))).toEqual([
      { before: 'unsubscribed', after: 'subscribed', source: 'page', at: NOW },
      { before: null, after: 'unsubscribed', source: 'one_click', at: NOW },
    ]);
  });

  test('withdraws what is in hand, also when it has been changed already', async () => {
    const user = await newUser(workspaceId);
    for (let call = 0; call < 2; call += 1) {
      withdrawn.length = 0;
      await change(user, 'unsubscribed');
      expect(withdrawn).toEqual([expect.objectContaining({ userId: user.userId })]);
    }
  });

  test('a list with double opt-in asks for a confirmation, and is joined by it', async () => {
    const user = await newUser(workspaceId);
    const { id: listId } = await newList(workspaceId, { doubleOptIn: true });
    await change(user, 'subscribed', { listId });
    expect(pending.splice(0)).toEqual([user.userId]);
    expect(await refusalFor(marketingTo(user, listId))).toBe('not_confirmed');
    await change(user, 'subscribed', { listId, source: 'confirmed' });
    expect(await refusalFor(marketingTo(user, listId))).toBeNull();
    // Who is on it is not asked again.
    await change(user, 'subscribed', { listId });
    expect(pending).toEqual([]);
    expect(await refusalFor(marketingTo(user, listId))).toBeNull();
  });

  test('an archived list can be left but not joined', async () => {
    const user = await newUser(workspaceId);
    const { id: listId } = await newList(workspaceId, { isArchived: true });
    await expect(change(user, 'subscribed', { listId })).rejects.toMatchObject({
      code: 'consent.list_archived',
    });
    expect(await change(user, 'unsubscribed', { listId })).toHaveLength(1);
  });

  test('all or nothing: a list that is not there keeps the other changes from being made', async () => {
    const user = await newUser(workspaceId);
    const wishes = [
      { ...user, listId: null, to: 'unsubscribed' as const },
      { ...user, listId: randomUUID(), to: 'unsubscribed' as const },
    ];
    const basis = { workspaceId, source: 'test', now: NOW };
    await expect(changeMany(deps, { ...basis, wishes })).rejects.toMatchObject({
      code: 'consent.list_not_found',
    });
    expect(await refusalFor(marketingTo(user))).toBeNull();
  });

  test('many at once about one person: the history has no gaps', async () => {
    const user = await newUser(workspaceId);
    const wishes = Array.from({ length: 40 }, (_, n) =>
      change(user, n % 2 === 0 ? 'unsubscribed' : 'subscribed'),
    );
    await Promise.all(wishes);
    const proof = await db<{ before: string | null; after: string }[]>`
      select before, after from consent_changes where user_id = ${user.userId}
    `;
    const left = proof.filter(({ after }) => after === 'unsubscribed').length;
    const joined = proof.length - left;
    expect(Math.abs(left - joined)).toBeLessThanOrEqual(1);
    expect(proof.filter(({ before }) => before === null)).toHaveLength(1);
    expect(proof.every(({ before, after }) => before !== after)).toBe(true);
  });

  test('who wants mail again is no longer kept among the unsubscribed, but stays suppressed', async () => {
    const user = await newUser(workspaceId);
    const targets = [{ address: user.address }];
    for (const reason of ['unsubscribe', 'hard_bounce'] as const) {
      await suppress(deps, { workspaceId, targets, reason, source: 'test', now: NOW });
    }
    expect((await readPreferences(db, user)).all).toBe('unsubscribed');
    await change(user, 'subscribed', { source: 'page' });
    expect((await readPreferences(db, user)).all).toBe('subscribed');
    expect(await refusalFor(marketingTo(user))).toBe('suppressed:hard_bounce');
  });

  test('a complaint is told once to the series that listen', async () => {
    const user = await newUser(workspaceId);
    const targets = [{ address: user.address }, { address: user.address.toUpperCase() }];
    const input = { workspaceId, targets, reason: 'complaint' as const, source: 'test', now: NOW };
    expect(await suppress(deps, input)).toBe(1);
    const again = await inTransaction(db, (tx) => recordSuppressions(tx, KEY, input));
    expect(again).toMatchObject({ added: 0, users: [{ userId: user.userId }] });
    expect(await signalsOf(user)).toEqual(['complaint']);
  });
});

describe('one address in two spellings', () => {
  const READ = 'x@münchen.de';
  const TRAVELS = 'x@xn--mnchen-3ya.de';

  test.each([
    [READ, TRAVELS],
    [TRAVELS, READ],
  ])('what was imported for %s keeps mail from %s, until they want it back', async (one, other) => {
    const workspaceId = await newWorkspace();
    const user = await newUser(workspaceId, other);
    withdrawn.length = 0;
    const asks = [{ address: one, reason: 'unsubscribe' as const }];
    await suppressMany(deps, { asks, workspaceId, source: 'import', now: NOW });
    expect(withdrawn).toEqual([{ bucket: user.bucket, userId: user.userId }]);
    const refusal = async () =>
      (await refusalsOf(db, KEY, [{ ...user, purpose: 'marketing', listId: null }]))[0];
    expect(await refusal()).toBe('suppressed:unsubscribe');
    expect((await readPreferences(db, user)).all).toBe('unsubscribed');
    const changes = [{ listId: null, to: 'subscribed' as const }];
    await changePreferences(deps, { ...user, changes, source: 'api', now: NOW });
    expect(await refusal()).toBeNull();
  });

  test('statements know the same spellings as the rest of the server', async () => {
    const domains = [
      'münchen.de',
      'bücher.example',
      'ñandú.com',
      'łódź.pl',
      'пример.рф',
      '例え.テスト',
      'a1-ü-b.de',
      '한국.kr',
      'ελλάδα.gr',
      'faß.de',
      'bü.cher.müller.org',
      'ｍail.de',
      'plain.org',
      'ü。de',
      'xn--mnchen-3ya.de',
      'xn--99999999.de',
      'xn--.de',
      'xn--a.de',
      '☃.example',
      '💌.example',
    ];
    const addresses = domains.flatMap((domain) => [`Ada@${domain}`, addressKey(`Ada@${domain}`)]);
    const rows = await db<{ address: string; spelled: string[] }[]>`
      select address, address_spellings(address) as spelled from unnest(${addresses}::text[]) address
    `;
    for (const { address, spelled } of rows) {
      expect(spelled, address).toEqual(expect.arrayContaining(addressSpellings(address)));
      const keys = new Set(spelled.filter(isEmail).map(addressKey));
      expect([...keys], address).toEqual(isEmail(address) ? [addressKey(address)] : []);
    }
  });
});

describe('suppression', () => {
  test('knows an address however it is written', async () => {
    const workspaceId = await newWorkspace();
    const user = await newUser(workspaceId, 'Ada@BÜCHER.example');
    withdrawn.length = 0;
    const targets = [{ address: 'ada@xn--bcher-kva.example' }];
    await suppress(deps, { workspaceId, targets, reason: 'manual', source: 'test', now: NOW });
    expect(await refusalFor(marketingTo(user))).toBe('suppressed:manual');
    expect(withdrawn).toEqual([expect.objectContaining({ userId: user.userId })]);
  });

  test('can be taken back, and stays on record', async () => {
    const workspaceId = await newWorkspace();
    const user = await newUser(workspaceId);
    const targets = [{ userId: user.userId }];
    await suppress(deps, { workspaceId, targets, reason: 'manual', source: 'test', now: NOW });
    const [row] = await db<{ id: string }[]>`
      select id from suppressions where workspace_id = ${workspaceId}
    `;
    const take = { ids: [row!.id], source: 'test', note: 'asked for it', now: NOW };
    expect(await unsuppress(deps, { ...take, workspaceId: await newWorkspace() })).toBe(0);
    expect(await refusalFor(marketingTo(user))).toBe('suppressed:manual');
    expect(await unsuppress(deps, { ...take, workspaceId })).toBe(1);
    expect(await refusalFor(marketingTo(user))).toBeNull();
    const record = await db`
      select change, note from suppression_changes where workspace_id = ${workspaceId} order by change
    `;
    expect([...record]).toEqual([
      { change: 'added', note: null },
      { change: 'removed', note: 'asked for it' },
    ]);
  });

  test('outlives the erasure of the person, as a hash that tells nothing', async () => {
    const workspaceId = await newWorkspace();
    const user = await newUser(workspaceId);
    const targets = [{ address: user.address }];
    await suppress(deps, { workspaceId, targets, reason: 'complaint', source: 'test', now: NOW });
    const changes = [{ listId: null, to: 'unsubscribed' as const }];
    await changePreferences(deps, { ...user, changes, source: 'page', now: NOW });
    await inTransaction(db, async (tx) => {
      await eraseConsent(tx, KEY, { ...user, now: NOW });
      await tx`delete from users where bucket = ${user.bucket} and id = ${user.userId}`;
    });
    const kept = await db`
      select to_jsonb(s) || jsonb_build_object('p', to_jsonb(p)) as row
        from suppressions s left join suppression_changes p on p.hash = s.hash
       where s.workspace_id = ${workspaceId}
    `;
    expect(JSON.stringify(kept)).not.toContain(user.userId);
    expect(await db`select 1 from preferences where user_id = ${user.userId}`).toHaveLength(0);
    expect(await db`select 1 from consent_changes where user_id = ${user.userId}`).toHaveLength(0);
    // The same address comes back, as somebody else.
    const back = await newUser(workspaceId, user.address);
    expect(await refusalFor(marketingTo(back))).toBe('suppressed:complaint');
    await db`delete from suppressions where workspace_id = ${workspaceId} and reason = 'complaint'`;
    expect(await refusalFor(marketingTo(back))).toBe('suppressed:unsubscribe');
    expect(await refusalFor({ ...marketingTo(back), purpose: 'transactional' })).toBeNull();
  });

  test('with another encryption key nothing is sent: the server does not start', async () => {
    await assertConsentKey(db, KEY);
    await assertConsentKey(db, KEY);
    const other = createConsentKey(randomBytes(32));
    expect(addressHash(other, 'a@x.test')).not.toBe(addressHash(KEY, 'a@x.test'));
    await expect(assertConsentKey(db, other)).rejects.toThrow(/MILEPOST_ENCRYPTION_KEY/);
    await db`update facts set value = 'null' where name = 'consent_key'`;
    await expect(assertConsentKey(db, KEY)).rejects.toThrow(/MILEPOST_ENCRYPTION_KEY/);
  });
});
