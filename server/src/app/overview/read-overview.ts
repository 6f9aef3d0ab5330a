import type { Static } from 'typebox';
import { listTransports, queueHealth, type TransportRow } from '../../delivery/index.ts';
import { SILENCE_MS } from '../../enrollment/index.ts';
import type { Db } from '../../platform/db.ts';
import { isoOf } from '../../platform/http.ts';
import { calendarOf, openPauses, type OpenPause } from '../../tracking/index.ts';
import { disabledWebhooks } from '../../webhook/index.ts';
import type { OverviewView, TRANSPORT_STATES } from './schema.ts';
import {
  countPlannedSends,
  countSent,
  failingDomains,
  firstSteps,
  recentHandovers,
  troublesOf,
  type RecentHandovers,
  type Trouble,
} from './sql.ts';

type Overview = Static<typeof OverviewView>;
type Attention = Overview['attention'][number];

/** Steps looked at for what is planned: some 10 ms. */
const PLANNED_LOOK_MAX = 10_000;
const ATTENTION_MAX = 100;

/** Who asks. */
interface OverviewAsk {
  readonly workspaceId: string;
  readonly side: 'live' | 'test';
  /** How mail leaves where a side has no transports of its own; null: it is captured. */
  readonly ownTransport: string | null;
}

/**
 * How a side is doing now. Every statement is bounded and goes by an index, however much there is.
 *
 * @param now by the clock of the side
 */
export async function readOverview(
  db: Db,
  { workspaceId, side, ownTransport, now }: OverviewAsk & { readonly now: Date },
): Promise<Overview> {
  const { today, timezone } = await calendarOf(db, workspaceId);
  const at = { workspaceId, today, timezone };
  const [queue, rows, recent, pauses, sent, planned, troubles, domains, webhooks, steps] =
    await Promise.all([
      queueHealth(db, { silenceMs: SILENCE_MS }),
      listTransports(db, { workspaceId }),
      recentHandovers(db, workspaceId),
      openPauses(db, workspaceId),
      countSent(db, at),
      countPlannedSends(db, { workspaceId, lookMax: PLANNED_LOOK_MAX }),
      troublesOf(db, at),
      failingDomains(db, workspaceId),
      disabledWebhooks(db, workspaceId),
      firstSteps(db, workspaceId),
    ]);
  const pause = pauses.find(({ automationId }) => automationId === null);
  return {
    now: now.toISOString(),
    timezone,
    worker: { alive: queue.liveWorkers, last_beat_at: isoOf(queue.lastBeatAt) },
    queue: { delay_seconds: side === 'test' ? 0 : Math.max(0, queue.overdueMs / 1_000) },
    transports: transportsOf({ side, ownTransport, rows, recent }),
    sending: {
      paused: pause !== undefined,
      rule: pause?.rule ?? null,
      words: pause === undefined ? null : pauseWordsOf(pause),
      paused_at: isoOf(pause?.pausedAt ?? null),
    },
    sent: { today: sent.today, yesterday: sent.yesterday, last_7_days: sent.week },
    planned: { next_24_hours: planned.sends, truncated: planned.looked >= PLANNED_LOOK_MAX },
    attention: [
      ...pauses.flatMap(pausedSeriesOf),
      ...domains.map(failingDomainOf),
      ...webhooks.map(disabledWebhookOf),
      ...troubles.map(troubleOf),
    ].slice(0, ATTENTION_MAX),
    checklist: {
      identified_user: steps.hasUser,
      enrolled_yourself: steps.hasEnrolled,
      fast_forwarded: steps.hasAdvanced,
      connected_transport: steps.hasTransport || ownTransport !== null,
      went_live: steps.wentLive,
    },
  };
}

/** The transports of a side, or that of the installation where it has none. Pure. */
export function transportsOf({
  side,
  ownTransport,
  rows,
  recent,
}: {
  side: 'live' | 'test';
  ownTransport: string | null;
  rows: readonly Pick<TransportRow, 'id' | 'kind' | 'name' | 'isEnabled'>[];
  recent: readonly RecentHandovers[];
}): Overview['transports'] {
  if (side === 'test') return [];
  const own = { id: null, kind: ownTransport ?? 'capture', name: 'Installation', isEnabled: true };
  const all = rows.length === 0 ? [own] : rows;
  return all.map(({ id, kind, name, isEnabled }) => {
    const fared = recent.find((one) => one.kind === kind);
    return {
      id,
      kind,
      name,
      state: isEnabled ? stateOf(fared) : 'off',
      recent: fared?.count ?? 0,
      put_off: fared?.putOff ?? 0,
      last_at: isoOf(fared?.lastAt ?? null),
      last_answer: fared?.lastAnswer ?? null,
    };
  });
}

/** Some mail is always put off; most of it is not. */
function stateOf(fared: RecentHandovers | undefined): (typeof TRANSPORT_STATES)[number] {
  if (fared === undefined) return 'idle';
  return fared.putOff * 2 > fared.count ? 'failing' : 'working';
}

const pauseWordsOf = ({ rule, figures }: OpenPause): string =>
  `${figures.count} ${rule} of ${figures.sent} sent in ${figures.days} days: ` +
  `${figures.percent}%, the limit is ${figures.limitPercent}%`;

function pausedSeriesOf(pause: OpenPause): Attention[] {
  if (pause.automationId === null || pause.wasResumed) return [];
  return [
    {
      automation_id: pause.automationId,
      automation_type: pause.type,
      name: pause.name ?? '',
      reason: 'paused_by_itself',
      words: `Paused by itself: ${pauseWordsOf(pause)}`,
      count: pause.figures.count,
    },
  ];
}

const failingDomainOf = (domain: string): Attention => ({
  automation_id: null,
  automation_type: null,
  name: domain,
  reason: 'domain_failing',
  words: 'The DNS records of this domain are no longer right',
  count: 1,
});

const disabledWebhookOf = ({
  url,
  disabledReason,
}: Awaited<ReturnType<typeof disabledWebhooks>>[number]): Attention => ({
  automation_id: null,
  automation_type: null,
  name: url,
  reason: 'webhook_disabled',
  words:
    disabledReason === 'gone'
      ? 'This webhook was disabled: its receiver answered 410 Gone'
      : 'This webhook was disabled: it has failed for days',
  count: 1,
});

/** Pure. */
const troubleOf = ({ automationId, name, type, reason, count }: Trouble): Attention => ({
  automation_id: automationId,
  automation_type: type,
  name,
  reason,
  words: wordsOf(reason, count),
  count,
});

function wordsOf(reason: Trouble['reason'], count: number): string {
  switch (reason) {
    case 'in_doubt':
      return `${counted(count, 'message')} may or may not have left: decide about them`;
    case 'failing_steps':
      return `${counted(count, 'step')} failed in the last 7 days`;
    case 'no_entries':
      return `Nobody has entered for ${counted(count, 'day')}`;
    case 'unpublished_changes':
      return 'The draft has changes that are not published';
  }
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
