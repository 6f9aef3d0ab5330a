import type { Db } from '../../platform/db.ts';
import type { VariantTest } from '../variants.ts';

/**
 * Names what is sent of an automation's versions at the moment: another one after each content update and
 * after each winner. Without blanks. Index: automations_pkey, variant_tests_pkey.
 */
export async function sentRevisionOf(db: Db, automationId: string): Promise<string> {
  const rows = await db<{ revision: string }[]>`
    select a.content_revision || coalesce(
             (select '.' || md5(string_agg(t.step_id || ':' || t.winner, '/' order by t.step_id))
                from variant_tests t
               where t.automation_id = a.id and t.winner is not null), '') as revision
      from automations a
     where a.id = ${automationId}
  `;
  return rows[0]?.revision ?? '0';
}

/** The variants that have won, by step id. Index: variant_tests_pkey. */
export async function winnersOf(db: Db, automationId: string): Promise<Map<string, string>> {
  const rows = await db<{ stepId: string; winner: string }[]>`
    select step_id as "stepId", winner
      from variant_tests
     where automation_id = ${automationId} and winner is not null
  `;
  return new Map(rows.map(({ stepId, winner }) => [stepId, winner]));
}

/**
 * Writes down what is to be decided between from now on. A winner, and what was looked at on the way to
 * one, stays where the email has the same variants; tests of emails that have none any more are dropped.
 */
export async function syncTests(
  tx: Db,
  {
    workspaceId,
    automationId,
    tests,
  }: { workspaceId: string; automationId: string; tests: readonly VariantTest[] },
): Promise<void> {
  await tx`
    delete from variant_tests
     where automation_id = ${automationId}
       and step_id <> all (${tests.map(({ stepId }) => stepId)}::text[])
  `;
  if (tests.length === 0) return;
  await tx`
    insert into variant_tests as t
      (automation_id, step_id, workspace_id, metric, after, confidence, names, look_due_at)
    select ${automationId}, q.step_id, ${workspaceId}, q.metric, q.after, q.confidence,
           array(select jsonb_array_elements_text(q.names::jsonb)), db_now()
      from unnest(
        ${tests.map(({ stepId }) => stepId)}::text[],
        ${tests.map(({ metric }) => metric)}::text[],
        ${tests.map(({ after }) => after)}::int[],
        ${tests.map(({ confidence }) => String(confidence))}::text[]::double precision[],
        ${tests.map(({ names }) => JSON.stringify(names))}::text[]
      ) as q (step_id, metric, after, confidence, names)
        on conflict (automation_id, step_id) do update
           set metric = excluded.metric, after = excluded.after, confidence = excluded.confidence,
               names = excluded.names, look_due_at = excluded.look_due_at,
               looks = case when t.names = excluded.names then t.looks else 0 end,
               next_look = case when t.names = excluded.names then t.next_look else 0 end,
               winner = case when t.names = excluded.names then t.winner end,
               figures = case when t.names = excluded.names then t.figures end,
               decided_at = case when t.names = excluded.names then t.decided_at end
  `;
}

/** What became of the messages of one variant. */
export interface VariantCount {
  readonly name: string;
  /** A transport took it, whatever came after. */
  readonly sent: number;
  readonly delivered: number;
  /** By a person, at least once. */
  readonly opened: number;
  /** By a person, at least once. */
  readonly clicked: number;
  readonly bounced: number;
  /** Unsubscribed by way of the message. */
  readonly unsubscribed: number;
}

/** Messages of one email that are counted: the latest. */
export const VARIANT_MESSAGES_MAX = 100_000;

/**
 * What became of the messages of an email, by variant.
 *
 * Index: messages_of_variants, message_events_by_message, consent_changes_by_user. Cost: looks at the events of each message, some 10 µs each.
 */
export async function countVariants(
  db: Db,
  { automationId, stepId }: { automationId: string; stepId: string },
): Promise<VariantCount[]> {
  return db<VariantCount[]>`
    select m.variant as name, count(*)::int as sent,
           count(*) filter (where m.state in ('delivered', 'complained') or h.delivered)::int
             as delivered,
           count(*) filter (where h.opened)::int as opened,
           count(*) filter (where h.clicked)::int as clicked,
           count(*) filter (where m.state = 'bounced' or h.bounced)::int as bounced,
           count(*) filter (where h.unsubscribed or exists (
             select from consent_changes c
              where c.bucket = m.bucket and c.user_id = m.user_id and c.after = 'unsubscribed'
                and c.detail ->> 'message_id' = m.id::text))::int as unsubscribed
      from (select bucket, id, user_id, state, variant
              from messages
             where automation_id = ${automationId} and step_id = ${stepId} and variant is not null
             order by created_at desc
             limit ${VARIANT_MESSAGES_MAX}) m
     cross join lateral (
       select bool_or(kind = 'delivered') as delivered, bool_or(kind = 'opened') as opened,
              bool_or(kind = 'clicked') as clicked, bool_or(kind = 'bounced') as bounced,
              bool_or(kind = 'unsubscribed') as unsubscribed
         from message_events
        where bucket = m.bucket and message_id = m.id
          and detail -> 'machine' is distinct from 'true'::jsonb
     ) h
     where m.state in ('accepted', 'delivered', 'bounced', 'complained')
     group by m.variant
  `;
}

/** A test as it stands. */
export interface StoredTest extends VariantTest {
  readonly automationId: string;
  readonly looks: number;
  readonly nextLook: number;
  readonly winner: string | null;
  /** What the decision was made on, in a sentence. */
  readonly why: string | null;
  readonly decidedAt: Date | null;
}

/** The test of one email; null when nothing decides between its variants. Index: variant_tests_pkey. */
export async function findTest(
  db: Db,
  { automationId, stepId }: { automationId: string; stepId: string },
): Promise<StoredTest | null> {
  const rows = await db<StoredTest[]>`
    select automation_id as "automationId", step_id as "stepId", metric, after, confidence, names,
           looks, next_look as "nextLook", winner, figures ->> 'why' as why,
           decided_at as "decidedAt"
      from variant_tests
     where automation_id = ${automationId} and step_id = ${stepId}
  `;
  return rows[0] ?? null;
}

/**
 * A test without a winner that is due to be looked at; null when there is none.
 *
 * Across workspaces: for the worker. Locks: the test. Index: variant_tests_open.
 */
export async function claimTest(tx: Db): Promise<StoredTest | null> {
  const rows = await tx<StoredTest[]>`
    select automation_id as "automationId", step_id as "stepId", metric, after, confidence, names,
           looks, next_look as "nextLook", winner, null as why, decided_at as "decidedAt"
      from variant_tests
     where winner is null and look_due_at <= db_now()
     order by look_due_at
     limit 1
       for update skip locked
  `;
  return rows[0] ?? null;
}

/** Writes what a look came to. The caller has locked the test. */
export async function writeLook(
  tx: Db,
  { automationId, stepId }: { automationId: string; stepId: string },
  look: {
    looks: number;
    nextLook: number;
    winner: string | null;
    figures: object;
    /** Until the next look. */
    pauseMinutes: number;
  },
): Promise<void> {
  await tx`
    update variant_tests t
       set looks = ${look.looks}, next_look = ${look.nextLook}, winner = ${look.winner},
           figures = ${JSON.stringify(look.figures)}::text::jsonb,
           look_due_at = db_now() + make_interval(mins => ${look.pauseMinutes}),
           decided_at = case when ${look.winner}::text is null then null
                             else coalesce(w.clock_now, db_now()) end
      from workspaces w
     where t.automation_id = ${automationId} and t.step_id = ${stepId} and w.id = t.workspace_id
  `;
}
