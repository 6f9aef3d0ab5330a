import type { Db } from '../platform/db.ts';
import { bucketOf } from '../platform/ids.ts';
import type { PageAfter } from '../platform/page.ts';
import { MESSAGE_STATES, type Message, type MessageState } from './message.ts';
import * as sql from './sql/search-messages.ts';
import type { MessageFilter, MessagePage } from './sql/search-messages.ts';

export interface FoundMessages {
  readonly messages: readonly Message[];
  /** Where the list goes on; a page may be short and yet not the last. */
  readonly next: PageAfter | null;
}

/** A series with no more messages is read whole and sorted. */
const SMALL_SERIES_MAX = 10_000;
/** Messages looked at for one page, where no index knows those that fit. */
const LOOKED_MAX = 20_000;

/**
 * A page of messages, youngest first. Each way to ask reads a bounded number of rows: those of users,
 * those in states that few are in, those of a small series; else the next ones by age are looked
 * through, and a page may be short.
 *
 * @param userIds internal ids; null for everybody
 */
export async function searchMessages(
  db: Db,
  { userIds, ...ask }: MessagePage & { userIds: readonly string[] | null },
): Promise<FoundMessages> {
  const { limit } = ask;
  const page = { ...ask, limit: limit + 1 };
  if (userIds !== null) {
    const users = userIds.map((id) => ({ bucket: bucketOf(id), id }));
    return cut(await sql.messagesOfUsers(db, { ...page, users }), limit);
  }
  const { states, automationId } = page;
  if (states !== null && states.every((state) => sql.NOT_WELL.includes(state))) {
    return cut(await sql.messagesNotWell(db, { ...page, states }), limit);
  }
  if (automationId !== null) {
    const count = await sql.countOfSeries(db, {
      workspaceId: page.workspaceId,
      automationId,
      countMax: SMALL_SERIES_MAX,
    });
    if (count < SMALL_SERIES_MAX) {
      return cut(await sql.messagesOfSmallSeries(db, { ...page, automationId }), limit);
    }
  }
  const found = cut(await sql.messagesByAge(db, { ...page, lookedMax: LOOKED_MAX }), limit);
  if (found.next !== null || !isNarrowed(page)) return found;
  return { ...found, next: await sql.endOfLook(db, { ...page, lookedMax: LOOKED_MAX }) };
}

const isNarrowed = ({ states, automationId, stepId, reason }: MessageFilter): boolean =>
  [states, automationId, stepId, reason].some((filter) => filter !== null);

function cut(rows: readonly Message[], limit: number): FoundMessages {
  const messages = rows.slice(0, limit);
  const last = rows.length > limit ? messages.at(-1) : undefined;
  return { messages, next: last === undefined ? null : { at: last.createdAt, id: last.id } };
}

/** How many messages are in a state; `isExact` is false where there are more. */
export interface ShownCount {
  readonly count: number;
  readonly isExact: boolean;
}

const COUNT_MAX = 10_000;

/**
 * Messages of a side or of one series by state. Counts stop at a bound; of a large side those that went
 * well are counted among the youngest.
 */
export async function countMessageStates(
  db: Db,
  { workspaceId, automationId }: { workspaceId: string; automationId: string | null },
): Promise<ReadonlyMap<MessageState, ShownCount>> {
  const countMax = COUNT_MAX;
  if (automationId !== null) {
    const states = MESSAGE_STATES;
    const counts = await sql.countStatesOfSeries(db, {
      workspaceId,
      automationId,
      states,
      countMax,
    });
    return shown(counts, (count) => count < countMax);
  }
  const [notWell, young] = await Promise.all([
    sql.countNotWell(db, { workspaceId, countMax }),
    sql.countYoungest(db, { workspaceId, countMax }),
  ]);
  const isAll = young.reduce((sum, { count }) => sum + count, 0) < countMax;
  const well = young.filter(({ state }) => !sql.NOT_WELL.includes(state));
  return new Map([...shown(well, () => isAll, isAll), ...shownOnly(notWell, countMax)]);
}

/** Every state; those that are not among the counts have none. */
function shown(
  counts: readonly sql.StateCount[],
  isExact: (count: number) => boolean,
  isNoneExact = true,
): Map<MessageState, ShownCount> {
  const of = new Map(counts.map(({ state, count }) => [state, count]));
  return new Map(
    MESSAGE_STATES.map((state) => {
      const count = of.get(state) ?? 0;
      return [state, { count, isExact: count === 0 ? isNoneExact : isExact(count) }];
    }),
  );
}

const shownOnly = (
  counts: readonly sql.StateCount[],
  countMax: number,
): [MessageState, ShownCount][] =>
  counts.map(({ state, count }) => [state, { count, isExact: count < countMax }]);
