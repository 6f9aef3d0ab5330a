import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asCommand } from '../../src/app/cli/context.ts';
import { createConsentKey, eraseConsent } from '../../src/consent/index.ts';
import { causedBy, causedByNobody, type Cause } from '../../src/platform/cause.ts';
import { inTransaction, refusalOf } from '../../src/platform/db.ts';
import {
  createSecretBox,
  createWorkspace,
  eraseFromAudit,
  recordChange,
  tidyAudit,
} from '../../src/workspace/index.ts';
import { listEntries } from '../../src/workspace/audit/sql.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';

/**
 * Goal: what is configured cannot change without an entry that says who, what, and from what to what;
 * and entries stay as they are. Method: statements as use cases make them, in transactions with a cause.
 */
const { db, drop } = await testDatabase();
afterAll(drop);

const workspaceId = randomUUID();
const other = randomUUID();
const NOBODY = {
  actor: null,
  action: null,
  targetKind: null,
  targetId: null,
  from: null,
  to: null,
};
const ADA: Cause = {
  actor: { kind: 'member', id: 'ada', name: 'ada@tidewater.example' },
  reason: null,
  action: null,
  requestId: 'request-1',
  address: '192.0.2.1',
};

beforeAll(async () => {
  for (const id of [workspaceId, other]) {
    await db`
      insert into workspaces (id, pair_id, side, name, created_at, updated_at)
      values (${id}, ${randomUUID()}, 'live', 'Tidewater', now(), now())
    `;
  }
});

const list = (targetId: string | null = null, id: string = workspaceId) =>
  listEntries(db, { workspaceId: id, filter: { ...NOBODY, targetId }, after: null, limit: 50 });

async function newSeries(draft: object, cause: Cause | null = ADA): Promise<string> {
  const id = randomUUID();
  const insert = () =>
    inTransaction(
      db,
      (tx) => tx`
        insert into automations (id, workspace_id, type, name, status, draft, created_at, updated_at)
        values (${id}, ${workspaceId}, 'series', 'Welcome', 'draft', ${tx.json(draft as never)},
                now(), now())
      `,
    );
  await (cause === null ? insert() : causedBy(cause, insert));
  return id;
}

const changeDraft = (id: string, draft: object, action: string | null = null) =>
  causedBy({ ...ADA, action }, () =>
    inTransaction(
      db,
      (tx) => tx`update automations set draft = ${tx.json(draft as never)} where id = ${id}`,
    ),
  );

const DRAFT = {
  settings: { timezone: 'UTC', business_days_only: false },
  steps: [
    { id: 'hello', type: 'email', subject: 'Hello', html: '<p>Hello</p>' },
    { id: 'wait', type: 'wait', delay: { amount: 1, unit: 'days' } },
  ],
};

describe('an entry', () => {
  test('says who did what to which thing, when, by which call and from where', async () => {
    const id = await newSeries(DRAFT);
    expect(await list(id)).toEqual([
      expect.objectContaining({
        at: expect.any(Date),
        side: 'live',
        actorKind: 'member',
        actorId: 'ada',
        actorName: 'ada@tidewater.example',
        reason: null,
        action: 'series.create',
        targetKind: 'series',
        targetId: id,
        targetName: 'Welcome',
        before: null,
        after: { name: 'Welcome', status: 'draft', draft: DRAFT },
        isCut: false,
        requestId: 'request-1',
        address: '192.0.2.1',
      }),
    ]);
  });

  test('holds only what differs: of steps those that changed, came or went', async () => {
    const id = await newSeries(DRAFT);
    const [hello, wait] = DRAFT.steps;
    await changeDraft(id, {
      settings: { ...DRAFT.settings, timezone: 'Europe/Berlin' },
      steps: [
        { ...hello, subject: 'Welcome' },
        { id: 'end', type: 'end' },
      ],
    });
    const [entry] = await list(id);
    expect(entry).toMatchObject({ action: 'series.change' });
    expect(entry?.before).toEqual({
      draft: { settings: { timezone: 'UTC' }, steps: { hello: { subject: 'Hello' }, wait } },
    });
    expect(entry?.after).toEqual({
      draft: {
        settings: { timezone: 'Europe/Berlin' },
        steps: { hello: { subject: 'Welcome' }, end: { id: 'end', type: 'end' } },
      },
    });
  });

  test('tells of another order of the same steps', async () => {
    const id = await newSeries(DRAFT);
    await changeDraft(id, { ...DRAFT, steps: DRAFT.steps.toReversed() });
    expect((await list(id))[0]?.after).toEqual({
      draft: { steps: { '(order)': ['wait', 'hello'] } },
    });
  });

  test('is not written where nothing differs, nor where it is rolled back', async () => {
    const id = await newSeries(DRAFT);
    await changeDraft(id, DRAFT);
    const failed = causedBy(ADA, () =>
      inTransaction(db, async (tx) => {
        await tx`update automations set name = 'Lost' where id = ${id}`;
        throw new Error('on purpose');
      }),
    );
    await expect(failed).rejects.toThrow('on purpose');
    expect(await list(id)).toHaveLength(1);
  });

  test('is one for all that a transaction does to a thing', async () => {
    const id = await newSeries(DRAFT);
    await causedBy({ ...ADA, action: 'series.publish' }, () =>
      inTransaction(db, async (tx) => {
        await tx`
          insert into series_versions (automation_id, number, settings, steps, published_at)
          values (${id}, 1, '{"timezone": "UTC"}', '[{"id": "hello", "type": "email"}]', now())
        `;
        await tx`update automations set status = 'active', version = 1 where id = ${id}`;
      }),
    );
    const [published, , more] = await list(id);
    expect(more).toBeUndefined();
    expect(published).toMatchObject({
      action: 'series.publish',
      before: { status: 'draft', version: null },
      after: {
        status: 'active',
        version: 1,
        settings: { timezone: 'UTC' },
        steps: [{ id: 'hello', type: 'email' }],
      },
    });
  });

  test('names what changed by itself after its cause, or the system', async () => {
    const id = await newSeries(DRAFT, null);
    await db`update automations set status = 'active' where id = ${id}`;
    await causedBy({ ...ADA, action: 'settings.change' }, () =>
      causedByNobody(() =>
        inTransaction(db, (tx) => tx`update automations set status = 'completed' where id = ${id}`),
      ),
    );
    expect((await list(id)).map(({ actorKind, action }) => [actorKind, action])).toEqual([
      ['system', 'series.complete'],
      ['system', 'series.activate'],
      ['system', 'series.create'],
    ]);
  });

  test('names the command, of what is done on the server', async () => {
    const box = createSecretBox(randomBytes(32));
    const as = { command: 'milepost workspace create', action: 'workspace.create' } as const;
    const { live } = await asCommand(as, () =>
      createWorkspace({ pool: db, box }, { name: 'Harbour', now: new Date() }),
    );
    const made = await list(null, live.id);
    expect(made.map(({ action }) => action).toSorted()).toEqual([
      'key.create',
      'key.create',
      'key.create',
      'workspace.create',
    ]);
    for (const { actorKind, actorName, side } of made) {
      expect([actorKind, actorName, side]).toEqual(['code', as.command, 'live']);
    }
    for (const text of [live.secretKey, live.widgetKey, live.identitySecret]) {
      expect(JSON.stringify(made)).not.toContain(text);
    }
  });

  test('of a call about something else keeps its own verb', async () => {
    const id = await newSeries(DRAFT, { ...ADA, action: 'list.create' });
    await changeDraft(id, { ...DRAFT, steps: [] }, 'series.create');
    expect((await list(id)).map(({ action }) => action)).toEqual([
      'series.change',
      'series.create',
    ]);
  });
});

describe('what an entry must not hold', () => {
  test('long texts are length and hash, and still tell whether they differ', async () => {
    const body = (letter: string) => ({
      settings: {},
      steps: [{ id: 'a', type: 'email', html: letter.repeat(5_000) }],
    });
    const id = await newSeries(body('a'));
    await changeDraft(id, body('b'));
    const [entry] = await list(id);
    const digest = { length: 5_000, sha256: expect.stringMatching(/^[\da-f]{64}$/) };
    expect(entry?.before).toEqual({ draft: { steps: { a: { html: digest } } } });
    expect(entry?.after).toEqual({ draft: { steps: { a: { html: digest } } } });
    expect(entry?.before).not.toEqual(entry?.after);
  });

  test('is bounded in all, and says so when it is cut', async () => {
    const steps = Array.from({ length: 500 }, (_, at) => ({ id: `s${at}`, html: 'x'.repeat(900) }));
    const id = await newSeries({ settings: {}, steps });
    const [entry] = await list(id);
    expect(entry?.isCut).toBe(true);
    expect(JSON.stringify(entry?.after).length).toBeLessThan(33_000);
    expect(entry?.after).toMatchObject({
      name: 'Welcome',
      draft: { steps: { sha256: expect.any(String) } },
    });
  });

  test('secrets are never in it, only that they changed', async () => {
    const id = randomUUID();
    const secret = Buffer.from('s3cr3t-bytes');
    const url = 'https://bot:hunter2@hooks.example/in';
    await causedBy(ADA, () =>
      inTransaction(db, async (tx) => {
        await tx`
          insert into transports (id, workspace_id, kind, name, settings, sealed, created_at, updated_at)
          values (${id}, ${workspaceId}, 'smtp', 'Main', '{"region": "hush-hush"}', ${secret}, now(), now())
        `;
        await tx`
          update workspaces
             set settings = ${tx.json({ alerts_url: url, deep: [{ api_key: 'hunter2' }] })}
           where id = ${workspaceId}
        `;
      }),
    );
    await causedBy(ADA, () =>
      inTransaction(
        db,
        (tx) => tx`update transports set sealed = ${Buffer.from('other')} where id = ${id}`,
      ),
    );
    const [rotated, made] = await list(id);
    expect(rotated).toMatchObject({ before: { sealed: '•••' }, after: { sealed: '•••' } });
    expect(made?.after).toMatchObject({ sealed: '•••', settings: { region: '•••' }, name: 'Main' });
    const all = JSON.stringify(await db`select * from audit_entries`);
    for (const word of ['hunter2', 'hush-hush', secret.toString('hex')]) {
      expect(all).not.toContain(word);
    }
    expect(all).toContain('https://bot:•••@hooks.example/in');
  });

  test('keys are told apart by their hints, never by hash or text', async () => {
    const id = randomUUID();
    await causedBy({ ...ADA, action: 'key.rotate' }, () =>
      inTransaction(
        db,
        (tx) => tx`
          insert into api_keys (id, workspace_id, kind, hash, encrypted, hint, created_at)
          values (${id}, ${workspaceId}, 'widget', ${Buffer.from('hash')}, ${Buffer.from('text')},
                  'aB3d', now())
        `,
      ),
    );
    expect(await list(id)).toMatchObject([
      {
        action: 'key.rotate',
        targetName: 'aB3d',
        after: { kind: 'widget', hint: 'aB3d', hash: '•••', encrypted: '•••' },
      },
    ]);
  });
});

describe('entries stay', () => {
  const refused = async (work: Promise<unknown>): Promise<string | undefined> =>
    work.then(
      () => undefined,
      (error: unknown) => refusalOf(error)?.sqlState,
    );

  test('nobody changes or deletes one, alone or all', async () => {
    await newSeries(DRAFT);
    expect(await refused(db`update audit_entries set actor_name = 'somebody else'`)).toBe('42501');
    expect(await refused(db`delete from audit_entries`)).toBe('42501');
    expect(await refused(db`truncate audit_entries`)).toBe('42501');
  });

  test('what is older than 400 days goes, and nothing younger', async () => {
    const id = randomUUID();
    const insert = (days: number) => db`
      insert into audit_entries (workspace_id, at, actor_kind, action, target_kind, target_id)
      values (${workspaceId}, db_now() - ${days}::integer * interval '1 day', 'system',
              'series.complete', 'series', ${id})
    `;
    for (const days of [399, 401, 402, 500]) await insert(days);
    expect(await tidyAudit(db, { limit: 2 })).toBe(2);
    expect(await tidyAudit(db)).toBe(1);
    expect(await list(id)).toHaveLength(1);
    expect(await tidyAudit(db)).toBe(0);
  });

  test('an erasure takes a person’s words out, in any case, and leaves the entry', async () => {
    const id = randomUUID();
    await inTransaction(db, (tx) =>
      recordChange(tx, {
        workspaceId,
        action: 'suppression.create',
        target: { kind: 'suppression', id, name: 'grace+news@navy.example' },
        before: null,
        after: { note: 'Grace+News@navy.example asked; gracexnews@navy.example did not' },
      }),
    );
    const elsewhere = await list(null, other);
    await inTransaction(db, (tx) =>
      eraseFromAudit(tx, { workspaceId, words: ['grace+news@navy.example'] }),
    );
    expect(await list(id)).toMatchObject([
      {
        action: 'suppression.create',
        targetName: '•••',
        after: { note: '••• asked; gracexnews@navy.example did not' },
      },
    ]);
    expect(await list(null, other)).toEqual(elsewhere);
    expect(await refused(db`update audit_entries set before = null`)).toBe('42501');
  });

  test('the erasure of a person’s consent reaches the log', async () => {
    const id = randomUUID();
    await inTransaction(db, (tx) =>
      recordChange(tx, {
        workspaceId,
        action: 'suppression.create',
        target: { kind: 'suppression', id, name: 'alan@turing.example' },
        before: null,
        after: { count: 1 },
      }),
    );
    const person = { bucket: 1, userId: randomUUID(), address: 'alan@turing.example' };
    await inTransaction(db, (tx) =>
      eraseConsent(tx, createConsentKey(Buffer.alloc(32)), {
        workspaceId,
        ...person,
        now: new Date(0),
      }),
    );
    expect((await list(id))[0]?.targetName).toBe('•••');
  });
});

test('each filter is served by an index in the order of the page, at 200,000 entries', async () => {
  await db`
    insert into audit_entries (workspace_id, at, actor_kind, actor_id, actor_name, action, target_kind,
                               target_id)
    select case when n % 4 = 0 then ${workspaceId}::uuid else ${other}::uuid end,
           db_now() - n * interval '1 minute', 'member', 'm' || n % 50, 'm' || n % 50 || '@x.example',
           'noun' || n % 40 || '.change', 'noun' || n % 40, 't' || n % 5000
      from generate_series(1, 200000) n
  `;
  await db`analyze audit_entries`;
  const after = { at: new Date(), id: randomUUID() };
  const asks = [
    [{}, 'audit_entries_by_age'],
    [{ from: new Date(0), to: new Date() }, 'audit_entries_by_age'],
    [{ actor: 'm7' }, 'audit_entries_by_actor'],
    [{ actor: 'm7@x.example' }, 'audit_entries_by_actor_name'],
    [{ action: 'noun7.change' }, 'audit_entries_by_action'],
    [{ targetKind: 'noun7' }, 'audit_entries_by_kind'],
    [{ targetId: 't7' }, 'audit_entries_by_target'],
  ] as const;
  for (const [filter, index] of asks) {
    const page = { workspaceId, filter: { ...NOBODY, ...filter }, after, limit: 51 };
    const plans = await plansOf(db, (tx) => listEntries(tx, page));
    for (const plan of plans) {
      expect([filter, plan.kind, [...plan.indexes]]).toEqual([
        filter,
        plan.kind,
        expect.arrayContaining([index]),
      ]);
      expect([...plan.scanned]).not.toContain('audit_entries');
    }
  }
});
