import { usersNamed } from '../audience/index.ts';
import type { Db } from '../platform/db.ts';
import type { PageAfter } from '../platform/page.ts';
import * as sql from './sql/step-people.ts';
import type { StepPeopleAsk, StepPerson } from './sql/step-people.ts';

export const STEP_OUTCOMES = ['waiting', 'passed', 'skipped', 'failed', 'cancelled'] as const;

export type StepOutcome = (typeof STEP_OUTCOMES)[number];

export interface StepPeoplePage {
  readonly people: readonly StepPerson[];
  /** Where the list goes on; a page may be short and yet not the last. */
  readonly next: PageAfter | null;
}

/** Up to so many are read and sorted; beyond, the youngest passages are looked through. */
const FEW_MAX = 10_000;
/** Passages looked through for one page. */
const PASSAGES_MAX = 20_000;

/**
 * A page of who waits at a step (soonest first), or has been there (who entered last, first). Reads a
 * bounded number of rows, however many there are.
 *
 * @param search a whole user id or email address; null for everybody
 */
export async function stepPeople(
  db: Db,
  {
    outcome,
    search,
    ...ask
  }: Omit<StepPeopleAsk, 'userIds'> & { outcome: StepOutcome; search: string | null },
): Promise<StepPeoplePage> {
  const { workspaceId, automationId, stepId, limit } = ask;
  const userIds = search === null ? null : await usersNamed(db, { workspaceId, search });
  if (userIds?.length === 0) return { people: [], next: null };
  const all = { ...ask, userIds, limit: limit + 1 };
  if (outcome === 'waiting') return cut(await sql.listWaitingAt(db, all), limit);
  const place = { automationId, stepId, outcome };
  const isFew =
    userIds !== null || (await sql.countPassed(db, { ...place, countMax: FEW_MAX })) < FEW_MAX;
  if (isFew) return cut(await sql.listPassedFew(db, { ...all, outcome, fewMax: FEW_MAX }), limit);
  const bounded = { ...all, outcome, passagesMax: PASSAGES_MAX };
  const page = cut(await sql.listPassedMany(db, bounded), limit);
  if (page.next !== null) return page;
  return { ...page, next: await sql.endOfPassages(db, bounded) };
}

function cut(rows: readonly StepPerson[], limit: number): StepPeoplePage {
  const people = rows.slice(0, limit);
  const last = rows.length > limit ? people.at(-1) : undefined;
  const next = last === undefined ? null : { at: last.sortedAt, id: last.enrollmentId };
  return { people, next };
}
