import type { Db } from '../../platform/db.ts';
import { COUNT_KINDS } from '../sql/counts.ts';
import { dayAfter, intervalAfter, intervalsOf } from './period.ts';
import { NO_COUNTS, sumOf, type MessageCounts } from './rates.ts';
import {
  countMessages,
  namesOf,
  stepsOf,
  type CountedMessages,
  type MessageAsk,
} from './sql/messages.ts';

/** What a group is of; null for what groups are not made by. */
export interface GroupKey {
  readonly automationId: string | null;
  readonly automationName: string | null;
  readonly automationType: 'series' | 'broadcast' | 'confirmation' | 'transactional' | null;
  readonly stepId: string | null;
  readonly stepName: string | null;
  readonly variant: string | null;
  readonly listId: string | null;
  readonly listName: string | null;
}

/** What was sent of one group. */
export interface MessageGroup {
  readonly key: GroupKey;
  readonly total: MessageCounts;
  /** Intervals in which anything was sent, by their first day. */
  readonly points: readonly { readonly at: string; readonly counts: MessageCounts }[];
}

/** What was sent, and what came of it. */
export interface MessageReport {
  /** The first day of each interval. */
  readonly intervals: readonly string[];
  readonly total: MessageCounts;
  /** Those that sent most first. */
  readonly groups: readonly MessageGroup[];
  readonly isCut: boolean;
}

/** As many as fit on a screen, and more. */
const GROUPS_MAX = 50;

/** What was sent in a period, and what came of it: by interval, in groups. */
export async function messageReport(
  db: Db,
  ask: Omit<MessageAsk, 'groupsMax'>,
  groupsMax = GROUPS_MAX,
): Promise<MessageReport> {
  const counted = await countMessages(db, { ...ask, groupsMax: groupsMax + 1 });
  const rows = counted.filter(({ at }) => at !== null);
  const all = counted.find(({ at }) => at === null);
  const grouped = [...Map.groupBy(rows, wordOf).values()];
  const keyOf = await keysOf(db, ask.workspaceId, rows);
  return {
    intervals: intervalsOf(ask, ask.by),
    total: all === undefined ? NO_COUNTS : countsOf(all),
    groups: grouped.slice(0, groupsMax).map((own) => ({
      key: keyOf(own[0] as CountedMessages),
      total: own.reduce((sum, row) => sumOf(sum, countsOf(row)), NO_COUNTS),
      points: own.map((row) => ({ at: row.at ?? '', counts: countsOf(row) })),
    })),
    isCut: grouped.length > groupsMax,
  };
}

const wordOf = ({ automationId, stepId, variant, listId }: CountedMessages): string =>
  JSON.stringify([automationId, stepId, variant, listId]);

/** Only the counts; a sum of nothing is nothing. */
const countsOf = (row: CountedMessages): MessageCounts =>
  Object.fromEntries(COUNT_KINDS.map((kind) => [kind, row[kind] ?? 0])) as MessageCounts;

async function keysOf(
  db: Db,
  workspaceId: string,
  rows: readonly CountedMessages[],
): Promise<(row: CountedMessages) => GroupKey> {
  const present = (ids: readonly (string | null)[]): string[] => [
    ...new Set(ids.filter((id) => id !== null)),
  ];
  const automations = present(rows.map(({ automationId }) => automationId));
  const ids = [...automations, ...present(rows.map(({ listId }) => listId))];
  const names = new Map((await namesOf(db, { workspaceId, ids })).map((one) => [one.id, one]));
  const hasSteps = rows.some(({ stepId }) => stepId !== null);
  const steps = new Map(
    (hasSteps ? await stepsOf(db, automations) : []).map((step) => [
      `${step.automationId} ${step.stepId}`,
      step.name,
    ]),
  );
  return ({ automationId, stepId, variant, listId }) => {
    const automation = automationId === null ? undefined : names.get(automationId);
    return {
      automationId,
      automationName: automation?.name ?? null,
      automationType: automation?.type ?? null,
      stepId,
      stepName: steps.get(`${automationId} ${stepId}`) ?? null,
      variant,
      listId,
      listName: listId === null ? null : (names.get(listId)?.name ?? null),
    };
  };
}

/**
 * The report as lines of a file, an interval at a time: all groups there are, up to 5,000 of each.
 *
 * @returns one line per group that sent anything in an interval
 */
export async function* messageLines(
  db: Db,
  ask: Omit<MessageAsk, 'groupsMax'>,
): AsyncGenerator<{ at: string; key: GroupKey; counts: MessageCounts }> {
  for (const at of intervalsOf(ask, ask.by)) {
    const end = dayAfter(intervalAfter(at, ask.by, 1), -1);
    const part = { ...ask, from: at < ask.from ? ask.from : at, to: end > ask.to ? ask.to : end };
    const { groups } = await messageReport(db, part, LINES_OF_INTERVAL_MAX);
    for (const { key, total } of groups) yield { at, key, counts: total };
  }
}

const LINES_OF_INTERVAL_MAX = 5_000;
