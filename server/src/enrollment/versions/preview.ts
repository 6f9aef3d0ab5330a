import type { Pool } from '../../platform/db.ts';
import {
  noSuchTransition,
  publishable,
  publishedOf,
  readAutomation,
  statusAfter,
  type InFlight,
  type PublishedSeries,
  type SeriesCatalog,
  type SeriesDraft,
} from '../../series/index.ts';
import { stepOf } from '../enrollment.ts';
import { migratedAll, type Migrated } from '../migrate-rows.ts';
import type { Because } from '../migrate-rule.ts';
import { findRows } from '../sql/find-rows.ts';
import { countWaitingByVersion, externalIds, pageOfRows } from '../sql/versions.ts';
import type { RowsAfter, WaitingCount } from '../sql/versions.ts';

/** Where people of one step of one version would go. */
export interface MoveCount {
  readonly version: number;
  readonly stepId: string;
  readonly because: Because;
  /** Null where the series ends for them. */
  readonly toStepId: string | null;
  readonly count: number;
}

/** One person, before and after. */
export interface PreviewedPerson {
  /** Null for one who was erased. */
  readonly userExternalId: string | null;
  readonly version: number;
  readonly stepId: string;
  readonly dueAt: Date;
  readonly because: Because;
  readonly toStepId: string | null;
  readonly toDueAt: Date | null;
}

/** What publishing the draft would do to the people in flight. */
export interface PublishPreview {
  /** The number that the version would have. */
  readonly version: number;
  readonly waiting: readonly WaitingCount[];
  readonly moves: readonly MoveCount[];
  /** Who would be due at an email as soon as they are moved. */
  readonly mailAtOnce: number;
  /** How many people were looked at for `moves` and `mailAtOnce`: all, or the bound. */
  readonly lookedAt: number;
  readonly sample: readonly PreviewedPerson[];
}

const PAGE_MAX = 1_000;
/** Half a minute's look; who has more people is told of that many. */
const PEOPLE_MAX = 100_000;
const SAMPLE_MAX = 20;

/**
 * Counts what publishing the draft, or another one, would do now, by the rules that then do it. Changes
 * nothing.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`, `series.invalid`
 */
export async function previewPublish(
  { db, catalog }: { db: Pool; catalog: SeriesCatalog },
  { id, timezone }: { id: string; timezone: string },
  {
    automationId,
    inFlight,
    draft: asked,
  }: { automationId: string; inFlight: InFlight; draft?: SeriesDraft },
): Promise<PublishPreview> {
  const series = await readAutomation(db, { workspaceId: id, id: automationId }, 'series');
  if (statusAfter(series.status, 'publish') === null) {
    throw noSuchTransition(series.status, 'publish');
  }
  const number = (series.version ?? 0) + 1;
  const draft = publishable(asked ?? (series.draft as unknown as SeriesDraft));
  const to = publishedOf({ automationId, number, ...draft }, timezone);
  const ref = { workspaceId: id, automationId };
  const waiting = await countWaitingByVersion(db, ref);
  const tally = new Tally(to);
  if (inFlight === 'migrate') await lookAtAll({ db, catalog }, ref, tally);
  const people = tally.sample();
  const names = await externalIds(
    db,
    people.map(({ row }) => row),
  );
  return {
    version: number,
    waiting,
    moves: tally.moves(),
    mailAtOnce: tally.mailAtOnce,
    lookedAt: tally.lookedAt,
    sample: people.map(({ row, because, next, keepsPlan }) => ({
      userExternalId: names.get(row.userId) ?? null,
      version: row.version,
      stepId: row.stepId,
      dueAt: row.dueAt,
      because,
      toStepId: next?.stepId ?? null,
      toDueAt: keepsPlan ? row.dueAt : (next?.dueAt ?? null),
    })),
  };
}

async function lookAtAll(
  { db, catalog }: { db: Pool; catalog: SeriesCatalog },
  ref: { workspaceId: string; automationId: string },
  tally: Tally,
): Promise<void> {
  let after: RowsAfter | null = null;
  while (tally.lookedAt < PEOPLE_MAX) {
    const page: Awaited<ReturnType<typeof pageOfRows>> = await pageOfRows(db, {
      ...ref,
      dueTo: null,
      after,
      limit: PAGE_MAX,
    });
    const rows = await findRows(db, page);
    for (const one of await migratedAll({ catalog, to: tally.to }, db, rows)) tally.add(one);
    after = page.at(-1) ?? null;
    if (page.length < PAGE_MAX) return;
  }
}

/** Counts people by where they come from and where they go. */
class Tally {
  readonly to: PublishedSeries;
  mailAtOnce = 0;
  lookedAt = 0;
  readonly #moves = new Map<string, Omit<MoveCount, 'count'> & { count: number }>();
  readonly #kept: Migrated[] = [];
  readonly #elsewhere: Migrated[] = [];

  constructor(to: PublishedSeries) {
    this.to = to;
  }

  add(one: Migrated): void {
    const { row, because, next, keepsPlan } = one;
    const { version, stepId } = row;
    const toStepId = next?.stepId ?? null;
    this.lookedAt += 1;
    const key = JSON.stringify([version, stepId, because, toStepId]);
    const known = this.#moves.get(key) ?? { version, stepId, because, toStepId, count: 0 };
    this.#moves.set(key, { ...known, count: known.count + 1 });
    const isEmail = stepOf(this.to.graph, toStepId)?.type === 'email';
    const dueAt = keepsPlan ? row.dueAt : next?.dueAt;
    const isHeldUp = row.seriesStatus !== 'active';
    if (isEmail && !isHeldUp && dueAt !== undefined && dueAt <= row.now) this.mailAtOnce += 1;
    const list = because === 'kept' ? this.#kept : this.#elsewhere;
    if (list.length < SAMPLE_MAX) list.push(one);
  }

  moves(): MoveCount[] {
    return [...this.#moves.values()].toSorted(
      (a, b) => a.version - b.version || (a.stepId < b.stepId ? -1 : 1),
    );
  }

  /** Those first whose step changes. */
  sample(): Migrated[] {
    return [...this.#elsewhere, ...this.#kept].slice(0, SAMPLE_MAX);
  }
}
