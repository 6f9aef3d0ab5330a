import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceBucket } from '../../src/enrollment/advance-due.ts';
import { dueBuckets } from '../../src/enrollment/sql/claim-due.ts';
import { countAudience } from '../../src/broadcast/audience-count.ts';
import {
  createBroadcast,
  moveBroadcast,
  readBroadcast,
  scheduleBroadcast,
} from '../../src/broadcast/change-broadcast.ts';
import { classOf } from '../../src/broadcast/reasons.ts';
import { dueIn, type Schedule } from '../../src/broadcast/schedule.ts';
import { readStats } from '../../src/broadcast/sql/stats.ts';
import { statsOf } from '../../src/broadcast/stats.ts';
import { broadcastSome, broadcastTick, type BroadcastDeps } from '../../src/broadcast/tick.ts';
import { refusalsOf } from '../../src/consent/index.ts';
import { addressKey, isEmail } from '../../src/platform/email-address.ts';
import { bucketOf } from '../../src/platform/ids.ts';
import { rulesOf } from '../../src/schedule/settings.ts';
import { chanceOf, type Chance } from '../simulation/random.ts';
import {
  addList,
  addPeople,
  choose,
  personId,
  plainPeople,
  suppressed,
  type Person,
} from '../support/broadcast-world.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: a broadcast reaches exactly those whom it may, once, whatever is interrupted. Method: the real
 * pieces over a real database, driven by hand instead of by a worker.
 */
let server: TestServer;
let deps: BroadcastDeps;

beforeAll(async () => {
  server = await startServer({ transport: null });
  const { db, catalog, consentKey } = server.services;
  deps = { db, catalog, consentKey, onQueued: () => {} };
});
afterAll(() => server.close());

const EMAIL = { subject: 'News', html: '<p>News</p>' };
const PRO = { field: 'traits.plan', operator: 'equals', value: 'pro' };

interface Place {
  readonly workspaceId: string;
}

async function newPlace(side: 'live' | 'test' = 'live'): Promise<Place> {
  const sides = await server.newWorkspace();
  return { workspaceId: sides[side].id };
}

async function make({ workspaceId }: Place, body: object = {}): Promise<string> {
  const now = await server.services.sideNow(workspaceId);
  const whole = { name: 'News', email: EMAIL, audience: { everybody: true }, ...body };
  return (await createBroadcast(server.db, { workspaceId, body: whole, now })).id;
}

async function send({ workspaceId }: Place, id: string, body: object | null = null): Promise<void> {
  const now = await server.services.sideNow(workspaceId);
  const move = body === null ? 'send' : 'schedule';
  await scheduleBroadcast(server.db, { workspaceId, id }, { move, body, now });
}

const move = async ({ workspaceId }: Place, id: string, to: 'pause' | 'resume' | 'cancel') =>
  moveBroadcast(server.db, { workspaceId, id }, { move: to, now: new Date() });

const smallPieces = (id: string, chunk: number) =>
  server.db`update broadcasts set chunk = ${chunk} where automation_id = ${id}`;

const isSnapshotDone = async ({ workspaceId }: Place, id: string): Promise<boolean> =>
  (await readBroadcast(server.db, { workspaceId, id })).snapshotAt !== null;

/** Writes the whole audience down. */
async function snapshot(place: Place, id: string, chunk = 7): Promise<void> {
  await smallPieces(id, chunk);
  for (let pieces = 0; !(await isSnapshotDone(place, id)); pieces += 1) {
    expect(pieces).toBeLessThan(2_000);
    await lookNow(id);
    await broadcastSome(deps);
  }
}

/** Nobody waits for a time to come. */
const lookNow = (id: string) =>
  server.db`update broadcasts set look_at = db_now() where automation_id = ${id} and look_at is not null`;

const stats = async ({ workspaceId }: Place, id: string) =>
  statsOf(await readBroadcast(server.db, { workspaceId, id }), await readStats(server.db, id));

/** Sends what is in the queue: everything is captured. */
async function leave(): Promise<number> {
  const { db } = server;
  await db`update recipients set due_at = db_now() where due_at < db_now() + interval '1 second'`;
  const marks = Array.from({ length: 64 }, () => new Date(0));
  let handled = 0;
  for (const bucket of await dueBuckets(db, { marks })) {
    const advanced = await advanceBucket(server.services.testEngine, {
      bucket,
      mark: new Date(0),
      limit: 500,
    });
    handled += advanced.handled;
  }
  return handled;
}

/** Lets a broadcast go on until it is over. */
async function finish(place: Place, id: string): Promise<void> {
  for (let rounds = 0; rounds < 500; rounds += 1) {
    const { state } = await readBroadcast(server.db, { ...place, id });
    if (state === 'sent' || state === 'cancelled') return;
    await lookNow(id);
    await broadcastTick(deps);
    await leave();
  }
  throw new Error('a broadcast does not end');
}

const recipients = (id: string) =>
  server.db<{ userId: string; dueAt: Date; exclusion: string | null }[]>`
    select user_id as "userId", due_at as "dueAt", exclusion
      from broadcast_recipients where automation_id = ${id}
  `;

const mailed = async (id: string): Promise<string[]> => {
  const rows = await server.db<{ to: string }[]>`
    select to_address as to from messages where automation_id = ${id} order by 1
  `;
  return rows.map(({ to }) => to);
};

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const addressesOf = (people: readonly Person[]): string[] =>
  people.map(({ email }) => email ?? '').toSorted();

describe('who gets it', () => {
  const ADDRESSES = [
    (n: number) => `ada${n % 40}@example.com`,
    (n: number) => `ADA${n % 40}@Example.com`,
    (n: number) => `grüße${n}@example.com`,
    (n: number) => `ada${n % 4}@grüße.example`,
    (n: number) => `ada${n % 4}@xn--gre-6ka8i.example`,
    () => null,
    () => '',
    (n: number) => `not an address ${n}`,
    (n: number) => `two..dots${n}@example.com`,
    (n: number) => `ada${n}@example`,
    (n: number) => `ada${n}@10.0.0.1`,
    (n: number) => `${'x'.repeat(65)}${n}@example.com`,
    (n: number) => `o'neil+${n}@sub.example.co.uk`,
    (n: number) => `ada${n}@-example.com`,
  ] as const;

  interface RandomAudience {
    readonly everybody?: true;
    readonly filter?: object;
    readonly list_id?: string;
  }

  interface World {
    readonly place: Place;
    readonly people: readonly Person[];
    readonly lists: readonly string[];
  }

  async function randomWorld(random: Chance): Promise<World> {
    const place = await newPlace();
    const { workspaceId } = place;
    const { db } = server;
    const { consentKey: key } = deps;
    const people = Array.from({ length: 90 }, (_, index): Person => {
      const address = ADDRESSES[random.below(random.below(2) === 0 ? 2 : ADDRESSES.length)]!;
      const plan = ['pro', 'free'][random.below(2)]!;
      return { externalId: `user-${index}`, email: address(random.below(60)), plan };
    });
    await addPeople(db, workspaceId, people);
    const foreign = await newPlace();
    const lists = [
      await addList(db, workspaceId, 'opt_in'),
      await addList(db, workspaceId, 'opt_out'),
      await addList(db, workspaceId, 'opt_out', { isArchived: true }),
      await addList(db, foreign.workspaceId, 'opt_out'),
    ];
    const mayErase = random.below(2) === 0;
    for (const person of people) {
      const userId = personId(workspaceId, person);
      if (random.below(4) === 0) {
        const state = random.below(3) === 0 ? 'subscribed' : 'unsubscribed';
        await choose(db, workspaceId, person, { state });
      }
      for (const listId of lists.slice(0, 2)) {
        if (random.below(2) === 0) continue;
        const state = ['subscribed', 'subscribed', 'unsubscribed', 'pending'][random.below(4)]!;
        await choose(db, workspaceId, person, { state, listId });
      }
      if (random.below(6) !== 0) continue;
      const reason = ['hard_bounce', 'complaint', 'manual', 'import', 'unsubscribe'][
        random.below(5)
      ]!;
      const isErased = mayErase && random.below(2) === 0;
      const of = random.below(3) === 0 || !person.email ? { userId } : { address: person.email };
      await suppressed(db, key, { workspaceId, ...of, reason, isErased });
    }
    return { place, people, lists };
  }

  /** What is right, person by person, in the slowest and plainest way. */
  async function oracle(
    { place: { workspaceId }, people }: World,
    {
      audience,
      purpose,
      listId,
    }: { audience: RandomAudience; purpose: string; listId: string | null },
  ): Promise<Map<string, string>> {
    const { db } = server;
    const inAudience: Person[] = [];
    for (const person of people) {
      if (audience.everybody === true && !person.email) continue;
      if (audience.filter !== undefined && person.plan !== 'pro') continue;
      if (audience.list_id !== undefined) {
        const [row] = await db<{ is: boolean }[]>`
          select l.kind = 'opt_out' and p.state is null or p.state = 'subscribed' as is
            from lists l
            left join preferences p on p.list_id = l.id and p.user_id = ${personId(workspaceId, person)}
           where l.id = ${audience.list_id}
        `;
        if (row?.is !== true) continue;
      }
      inAudience.push(person);
    }
    const ages = new Map(
      (
        await db<{ id: string; at: string }[]>`
        select id, created_at::text as at from users where workspace_id = ${workspaceId}
      `
      ).map(({ id, at }) => [id, at]),
    );
    const orderOf = (person: Person): string => {
      const id = personId(workspaceId, person);
      return `${ages.get(id)} ${id}`;
    };
    const first = new Map<string, string>();
    for (const person of inAudience) {
      const address = addressKey(person.email ?? '');
      const known = first.get(address);
      if (known === undefined || orderOf(person) < known) first.set(address, orderOf(person));
    }
    const reasons = new Map<string, string>();
    for (const person of inAudience) {
      const userId = personId(workspaceId, person);
      const address = person.email;
      if (!address) reasons.set(userId, 'no_address');
      else if (!isEmail(address)) reasons.set(userId, 'invalid_address');
      else {
        const ask = { workspaceId, bucket: bucketOf(userId), userId, address, listId };
        const [refusal] = await refusalsOf(db, deps.consentKey, [
          { ...ask, purpose: purpose as 'marketing' },
        ]);
        const isSecond = first.get(addressKey(address)) !== orderOf(person);
        reasons.set(userId, refusal ?? (isSecond ? 'duplicate_address' : ''));
      }
    }
    return reasons;
  }

  test.each(Array.from({ length: 12 }, (_, seed) => ({ seed })))(
    'is told apart as the one question per person does, and adds up: $seed',
    async ({ seed }) => {
      const random = chanceOf(seed);
      const world = await randomWorld(random);
      const { place, lists } = world;
      const purpose = random.below(4) === 0 ? 'transactional' : 'marketing';
      const emailList = random.below(2) === 0 ? lists[random.below(2)]! : null;
      const audiences: RandomAudience[] = [
        { everybody: true },
        { filter: PRO },
        { list_id: lists[0]! },
        { list_id: lists[1]!, filter: PRO },
      ];
      const audience = random.pick(audiences);
      const ownList = purpose === 'marketing' ? emailList : null;
      const email = { ...EMAIL, purpose, ...(ownList === null ? {} : { list_id: ownList }) };
      const id = await make(place, { email, audience });
      const listId = purpose === 'marketing' ? (ownList ?? audience.list_id ?? null) : null;
      const right = await oracle(world, { audience, purpose, listId });

      const counts = await countAudience(
        { db: server.db, key: deps.consentKey },
        await readBroadcast(server.db, { ...place, id }),
        { body: null, side: { timezone: 'UTC', cap: null, now: new Date() } },
      );
      const { matched, ...classes } = counts;
      expect(matched).toBe(right.size);
      expect(sumOf(classes)).toBe(matched);
      for (const [name, count] of Object.entries(classes)) {
        const expected = [...right.values()].filter((reason) => classOf(reason) === name).length;
        expect({ name, count }).toEqual({ name, count: expected });
      }

      await send(place, id);
      await snapshot(place, id, 1 + random.below(40));
      const written = new Map(
        (await recipients(id)).map(({ userId, exclusion }) => [userId, exclusion ?? '']),
      );
      expect(written).toEqual(right);
      expect((await stats(place, id)).audience).toEqual(counts);
      await finish(place, id);
      const toSend = [...right.values()].filter((reason) => reason === '').length;
      expect(await mailed(id)).toHaveLength(toSend);
    },
  );

  test('a list that is not there, or not here, is refused before anything is sent', async () => {
    const place = await newPlace();
    const foreign = await newPlace();
    const gone = await addList(server.db, place.workspaceId, 'opt_in', { isArchived: true });
    const theirs = await addList(server.db, foreign.workspaceId, 'opt_out');
    for (const list_id of [gone, theirs]) {
      const id = await make(place, { audience: { list_id } });
      await expect(send(place, id)).rejects.toMatchObject({
        details: { details: [expect.objectContaining({ path: 'audience/list_id' })] },
      });
    }
  });

  test('a list that is archived meanwhile sends to nobody', async () => {
    const place = await newPlace();
    await addPeople(server.db, place.workspaceId, plainPeople(5));
    const list_id = await addList(server.db, place.workspaceId, 'opt_out');
    const id = await make(place, { audience: { list_id } });
    await send(place, id);
    await server.db`update lists set archived_at = now() where id = ${list_id}`;
    await finish(place, id);
    expect((await stats(place, id)).audience.matched).toBe(0);
  });

  test('who has had as many emails as the cap allows is told as capped', async () => {
    const place = await newPlace();
    const people = plainPeople(6);
    await addPeople(server.db, place.workspaceId, people);
    const first = await make(place, { audience: { filter: PRO } });
    await send(place, first);
    await finish(place, first);
    await server.db`
      update workspaces set settings = settings || '{"limits": {"emails": {"count": 1, "days": 7}}}'
       where id = ${place.workspaceId}
    `;
    const second = await make(place);
    await send(place, second);
    await finish(place, second);
    const { audience } = await stats(place, second);
    expect(audience).toMatchObject({ matched: 6, capped: 3, will_send: 3 });
    expect(await mailed(second)).toEqual(addressesOf(people.filter(({ plan }) => plan === 'free')));
  });
});

describe('once, whatever is interrupted', () => {
  /** Does a piece and abandons its transaction, as a process does that dies. */
  async function die(): Promise<void> {
    await server.db`
      create or replace function die() returns trigger language plpgsql as
      $$ begin raise exception 'killed' using errcode = 'XX999'; end $$
    `;
    await server.db`
      create trigger die before update on broadcasts for each row
      when (pg_trigger_depth() = 0) execute function die()
    `;
    try {
      await broadcastSome(deps).catch(() => 0);
    } finally {
      await server.db`drop trigger die on broadcasts`;
    }
  }

  test('a process that dies in the middle of a piece has written nothing of it', async () => {
    const place = await newPlace();
    const people = plainPeople(60);
    await addPeople(server.db, place.workspaceId, people);
    const id = await make(place);
    await send(place, id);
    await smallPieces(id, 9);
    for (let round = 0; round < 200; round += 1) {
      const { state } = await readBroadcast(server.db, { ...place, id });
      if (state === 'sent') break;
      await lookNow(id);
      await die();
      await lookNow(id);
      await broadcastTick(deps);
      if (round % 2 === 0) await leave();
    }
    expect(await mailed(id)).toEqual(addressesOf(people));
    const { audience, outcomes } = await stats(place, id);
    expect(outcomes.sent).toBe(60);
    expect(sumOf(outcomes)).toBe(audience.will_send);
  });

  test('pausing and resuming at each step mails everybody once', async () => {
    const place = await newPlace();
    const people = plainPeople(60);
    await addPeople(server.db, place.workspaceId, people);
    const id = await make(place);
    await send(place, id);
    await smallPieces(id, 9);
    for (let round = 0; round < 200; round += 1) {
      const { state } = await readBroadcast(server.db, { ...place, id });
      if (state === 'sent') break;
      // What is in the queue by now must stay there.
      await lookNow(id);
      await broadcastTick(deps);
      if ((await readBroadcast(server.db, { ...place, id })).state === 'sent') break;
      await move(place, id, 'pause');
      const before = (await mailed(id)).length;
      await lookNow(id);
      const still = await readStats(server.db, id);
      await broadcastTick(deps);
      await leave();
      const { looked, fed } = await readStats(server.db, id);
      expect({ looked, fed }).toEqual({ looked: still.looked, fed: still.fed });
      expect(await mailed(id)).toHaveLength(before);
      await move(place, id, 'resume');
      await server.db`update recipients set parked = false where automation_id = ${id}`;
      if (round % 2 === 0) await leave();
      const { audience, outcomes } = await stats(place, id);
      expect(sumOf(outcomes)).toBe(audience.will_send);
    }
    expect(await mailed(id)).toEqual(addressesOf(people));
  });

  test('workers beside each other take everybody once', async () => {
    const place = await newPlace();
    const people = plainPeople(400);
    await addPeople(server.db, place.workspaceId, people);
    const id = await make(place);
    await send(place, id);
    await smallPieces(id, 25);
    for (let round = 0; round < 300; round += 1) {
      const { state } = await readBroadcast(server.db, { ...place, id });
      if (state === 'sent') break;
      await lookNow(id);
      await Promise.all([broadcastTick(deps), broadcastTick(deps), broadcastTick(deps), leave()]);
    }
    expect(await mailed(id)).toEqual(addressesOf(people));
    expect((await recipients(id)).length).toBe(400);
  });

  test('what has not begun when it is cancelled never does, and is counted', async () => {
    const place = await newPlace();
    await addPeople(server.db, place.workspaceId, plainPeople(1_300));
    const id = await make(place);
    await send(place, id);
    await snapshot(place, id, 2_000);
    await lookNow(id);
    await broadcastSome(deps);
    await leave();
    const left = (await mailed(id)).length;
    expect(left).toBeGreaterThan(0);
    await lookNow(id);
    await broadcastSome(deps);
    await move(place, id, 'cancel');
    await leave();
    expect(await mailed(id)).toHaveLength(left);
    const { audience, outcomes } = await stats(place, id);
    expect(outcomes).toMatchObject({ sent: left, waiting: 0, queued: 0, cancelled: 1_300 - left });
    expect(sumOf(outcomes)).toBe(audience.will_send);
    await lookNow(id);
    await broadcastTick(deps);
    expect((await stats(place, id)).outcomes).toEqual(outcomes);
  });

  test('an enrollment is in the bucket of its user, and its id says when it began', async () => {
    const place = await newPlace();
    await addPeople(server.db, place.workspaceId, plainPeople(50));
    const id = await make(place);
    await send(place, id);
    await finish(place, id);
    const rows = await server.db<{ id: string; bucket: number; enteredAt: Date }[]>`
      select id, bucket, entered_at as "enteredAt" from enrollments where automation_id = ${id}
    `;
    expect(rows).toHaveLength(50);
    for (const row of rows) {
      expect(bucketOf(row.id)).toBe(row.bucket);
      expect(row.id[14]).toBe('7');
      expect(Number.parseInt(row.id.replace('-', '').slice(0, 12), 16)).toBe(+row.enteredAt);
    }
  });

  test('who is erased before their turn is skipped', async () => {
    const place = await newPlace();
    const people = plainPeople(5);
    await addPeople(server.db, place.workspaceId, people);
    const id = await make(place);
    await send(place, id);
    await snapshot(place, id);
    const erased = personId(place.workspaceId, people[2]!);
    await server.db`delete from users where id = ${erased}`;
    await finish(place, id);
    const { outcomes } = await stats(place, id);
    expect(outcomes).toMatchObject({ sent: 4, skipped: 1 });
  });

  test('only a few of a broadcast are in the queue at a time', async () => {
    const place = await newPlace();
    await addPeople(server.db, place.workspaceId, plainPeople(3_000));
    const id = await make(place);
    await send(place, id);
    await snapshot(place, id, 2_000);
    for (let round = 0; round < 10; round += 1) {
      await lookNow(id);
      await broadcastTick(deps);
    }
    expect((await stats(place, id)).outcomes.queued).toBe(500);
    await finish(place, id);
    expect((await stats(place, id)).outcomes.sent).toBe(3_000);
  });
});

describe('when', () => {
  const ZONES = [
    'Pacific/Kiritimati',
    'Asia/Tokyo',
    'Europe/Berlin',
    'America/New_York',
    'Pacific/Pago_Pago',
    'nowhere',
    null,
  ];
  const zoned = (): Person[] =>
    ZONES.flatMap((timezone, zone) =>
      Array.from({ length: 3 }, (_, index) => ({
        externalId: `zone-${zone}-${index}`,
        email: `zone-${zone}-${index}@example.com`,
        timezone,
      })),
    );

  const begin = async (place: Place, id: string, at: string): Promise<void> => {
    await server.db`update workspaces set clock_now = ${at} where id = ${place.workspaceId}`;
    await snapshot(place, id);
  };

  test.each([
    // Europe sets its clocks forward on 30 March 2025, America back on 2 November.
    { local: '2025-03-30T02:30', already_past: 'now' },
    { local: '2025-11-02T01:30', already_past: 'now' },
    { local: '2025-03-30T02:30', already_past: 'tomorrow' },
    { local: '2025-03-30T09:00', already_past: 'skip' },
  ] as const)('each at $local of their own, else $already_past', async (order) => {
    for (const startsAt of [order.local.replace(/T.*/, 'T00:00:00.000Z'), null]) {
      const place = await newPlace('test');
      await addPeople(server.db, place.workspaceId, zoned());
      const id = await make(place, { spread_minutes: 0 });
      await send(place, id, { ...order, timezone: 'Asia/Kolkata' });
      const { dueAt } = await readBroadcast(server.db, { ...place, id });
      const started = startsAt ?? dueAt!.toISOString();
      await begin(place, id, started);
      const schedule: Schedule = { ...order, timezone: 'Asia/Kolkata', spread_minutes: 0 };
      const rules = rulesOf({ timezone: 'Asia/Kolkata' }, 'UTC');
      const startedAt = new Date(started);
      const rows = new Map((await recipients(id)).map((row) => [row.userId, row]));
      for (const person of zoned()) {
        const row = rows.get(personId(place.workspaceId, person))!;
        const due = dueIn(person.timezone ?? null, { schedule, rules, startedAt });
        expect(row.exclusion).toBe(due === null ? 'already_past' : null);
        if (due !== null) expect(row.dueAt).toEqual(due);
      }
      // Nobody's time had passed where the broadcast began when it had to.
      if (startsAt === null) {
        expect([...rows.values()].filter(({ exclusion }) => exclusion !== null)).toEqual([]);
        expect(Math.min(...[...rows.values()].map(({ dueAt }) => dueAt.getTime()))).toBe(
          startedAt.getTime(),
        );
      }
    }
  });

  test('sends are spread over the minutes, the same for the same person', async () => {
    const place = await newPlace('test');
    await addPeople(server.db, place.workspaceId, plainPeople(400));
    const id = await make(place, { spread_minutes: 30 });
    await send(place, id);
    await snapshot(place, id, 90);
    const { startedAt } = await readBroadcast(server.db, { ...place, id });
    const offsets = (await recipients(id)).map(
      ({ dueAt }) => (dueAt.getTime() - startedAt!.getTime()) / 60_000,
    );
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...offsets)).toBeLessThan(30);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const within = offsets.filter((at) => at >= tenth * 3 && at < tenth * 3 + 3);
      expect(within.length).toBeGreaterThan(15);
    }
  });

  test('nobody is taken into the queue before their time', async () => {
    const place = await newPlace('test');
    await addPeople(server.db, place.workspaceId, plainPeople(60));
    const id = await make(place, { spread_minutes: 10 });
    await send(place, id);
    await snapshot(place, id, 90);
    await lookNow(id);
    await broadcastSome(deps);
    const { startedAt, dueAt } = await readBroadcast(server.db, { ...place, id });
    expect((await stats(place, id)).outcomes.queued).toBe(0);
    expect(dueAt!.getTime()).toBeGreaterThan(startedAt!.getTime());
    const at = new Date(startedAt!.getTime() + 5 * 60_000);
    await server.db`update workspaces set clock_now = ${at} where id = ${place.workspaceId}`;
    await lookNow(id);
    await server.db`update broadcasts set look_at = db_now() where automation_id = ${id}`;
    await broadcastSome(deps);
    const due = (await recipients(id)).filter((row) => row.dueAt <= at).length;
    expect((await stats(place, id)).outcomes.queued).toBe(due);
  });
});
