import { heardEvents, loadFacts, mergeFactsOf, usersByIds } from '../audience/index.ts';
import type { EventFilter, User } from '../audience/index.ts';
import type { Db } from '../platform/db.ts';
import { stepTypeOf, type StepNeeds } from '../series/index.ts';
import { NOTHING_READ, type PersonFacts, type StepFacts } from './advance.ts';
import { stepOf } from './enrollment.ts';
import type { DueStep } from './sql/claim-due.ts';

/** A claimed step, and what is known of it so far. */
export interface Claimed {
  readonly row: DueStep;
  readonly facts: StepFacts;
}

const needsCache = new WeakMap<object, StepNeeds>();

/** What a claimed step's rule must be told of the person; null for nothing. */
export function needsOf({ series, stepId }: StepFacts): StepNeeds | null {
  const step = stepOf(series.graph, stepId);
  if (step === null) return null;
  const known = needsCache.get(step);
  if (known !== undefined) return known;
  const needs = stepTypeOf(step).needs(step, series.rules);
  needsCache.set(step, needs);
  return needs;
}

/** Reads what the rules of a batch look at: one query per kind, and only for steps that ask. */
export async function readPersons(
  db: Db,
  claimed: readonly Claimed[],
): Promise<(one: Claimed) => PersonFacts> {
  const asking = claimed.flatMap((one) => {
    const needs = needsOf(one.facts);
    return needs === null || (needs.facts === null && needs.waitsFor === null)
      ? []
      : [{ ...one, needs }];
  });
  if (asking.length === 0) return () => NOTHING_READ;
  const users = await usersByIds(
    db,
    asking.map(({ row }) => ({ bucket: row.bucket, id: row.userId })),
  );
  const read = new Map<DueStep, PersonFacts>();
  const facts = await loadFacts(
    db,
    asking.flatMap(({ row, needs }) => {
      const user = users.get(row.userId);
      if (user === undefined || needs.facts === null) return [];
      const { enrollmentId, properties, now } = row;
      return [{ user, needs: needs.facts, enrollmentId, properties, now, key: row }];
    }),
  );
  const heard = await heardEvents(
    db,
    asking.flatMap(({ row, needs }) =>
      needs.waitsFor === null
        ? []
        : [{ ...heardAskOf(row, needs.waitsFor, needs.waitsFilter ?? null), key: row }],
    ),
  );
  for (const { row } of asking) {
    const user = users.get(row.userId);
    read.set(row, {
      person: facts.get(row) ?? null,
      heard: heard.get(row) ?? [],
      merge: user === undefined ? {} : mergeOf(user, row),
    });
  }
  return ({ row }) => read.get(row) ?? NOTHING_READ;
}

/** What a passage has heard already it does not hear again. */
const heardAskOf = (row: DueStep, eventType: string, filter: EventFilter | null) => ({
  bucket: row.bucket,
  userId: row.userId,
  eventType,
  since: row.fromAt,
  ...(filter === null ? {} : { match: { filter, now: row.now } }),
  except: [row.entryEvent, row.heard].filter((id): id is string => id !== null),
});

/** The facts that merge tags of a step may name. */
export const mergeOf = (
  user: User,
  { properties, now }: Pick<DueStep, 'properties' | 'now'>,
): Readonly<Record<string, unknown>> => ({
  ...mergeFactsOf(user),
  event: properties,
  now: now.toISOString(),
});
