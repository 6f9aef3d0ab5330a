import { bucketOf, uuidv5 } from '../platform/ids.ts';
import type { Returned } from '../transport/index.ts';
import { staticReasonOf } from './classify.ts';
import type { CountKind } from './sql/counts.ts';
import type { NewEvent } from './sql/returned.ts';

const DIAGNOSTIC_LENGTH_MAX = 500;
const DETAIL_LENGTH_MAX = 2_000;

/** States that others tell of, lowest first; `message_state_after` in the database has the same order. */
const TOLD_STATES: readonly string[] = [
  'accepted',
  'rejected',
  'delivered',
  'bounced',
  'complained',
];

/** The higher of two told states. */
export const higherTold = (a: string, b: string): string =>
  TOLD_STATES.indexOf(a) >= TOLD_STATES.indexOf(b) ? a : b;

/** The state that an event tells of; `accepted` where all it says is that the message left. */
export function toldBy(kind: Returned['kind']): string {
  switch (kind) {
    case 'delivered':
    case 'bounced':
    case 'complained':
      return kind;
    case 'dropped':
      return 'rejected';
    case 'opened':
    case 'clicked':
    case 'replied':
    case 'unsubscribed':
    case 'delayed':
      return 'accepted';
  }
}

/**
 * An event as it is kept. Its id follows from workspace, source and key: told again it is the same.
 *
 * @param now no event is kept as being later, for clocks elsewhere are wrong
 */
export function eventOf(
  returned: Returned,
  { workspaceId, source, now }: { workspaceId: string; source: string; now: Date },
): NewEvent {
  const { key, kind, messageId, recipient, bounce, detail } = returned;
  const reason = machineReason(returned);
  const isVisit = kind === 'opened' || kind === 'clicked';
  return {
    bucket: bucketOf(messageId),
    id: returnedIdOf({ workspaceId, source, key }),
    messageId,
    kind,
    at: Number.isNaN(returned.at.getTime()) || returned.at > now ? now : returned.at,
    detail: {
      ...storableDetail(detail),
      source,
      ...(recipient === null ? {} : { recipient: storable(recipient, DETAIL_LENGTH_MAX) }),
      ...(bounce === null
        ? {}
        : {
            class: bounce.class,
            code: bounce.code === null ? null : storable(bounce.code, DETAIL_LENGTH_MAX),
            diagnostic: storable(bounce.diagnostic, DIAGNOSTIC_LENGTH_MAX),
          }),
      ...(isVisit ? { machine: reason !== null, reason } : {}),
    },
  };
}

/** The id under which an event of a source is kept in a workspace. */
export const returnedIdOf = ({
  workspaceId,
  source,
  key,
}: {
  workspaceId: string;
  source: string;
  key: string;
}): string => uuidv5(workspaceId, `\0returned\0${source}\0${key}`);

/** Providers tell what they saw opening and following; those who say by themselves are believed. */
function machineReason({ kind, detail }: Returned): string | null {
  if (kind !== 'opened' && kind !== 'clicked') return null;
  if (detail['machine'] === true) return 'provider';
  const userAgent = detail['user_agent'];
  if (typeof userAgent !== 'string') return null;
  return staticReasonOf({ kind, userAgent, method: 'GET', isPrefetch: false });
}

/** What a kept event counts as; null for what is not counted. */
export function countKindOf(event: {
  readonly kind: string;
  readonly class: string | null;
  readonly isMachine: boolean;
}): CountKind | null {
  switch (event.kind) {
    case 'bounced':
      if (event.class === 'hard') return 'bounced_hard';
      return event.class === 'soft' ? 'bounced_soft' : 'blocked';
    case 'opened':
      return event.isMachine ? 'opened_by_machine' : 'opened';
    case 'clicked':
      return event.isMachine ? 'clicked_by_machine' : 'clicked';
    case 'delivered':
    case 'complained':
    case 'unsubscribed':
    case 'replied':
    case 'dropped':
      return event.kind;
    default:
      return null;
  }
}

/** Members that decide something here: nobody else's word. */
const OURS = new Set(['machine', 'reason', 'class', 'code', 'diagnostic', 'link_id', 'source']);

const storableDetail = (detail: Returned['detail']): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(detail)
      .filter(([name]) => !OURS.has(name))
      .map(([name, value]) => [
        storable(name, DETAIL_LENGTH_MAX),
        typeof value === 'string' ? storable(value, DETAIL_LENGTH_MAX) : value,
      ]),
  );

/** Text as the database can keep it: it is written by strangers. */
export const storable = (text: string, lengthMax: number): string =>
  text.slice(0, lengthMax).replaceAll('\0', '\u{fffd}').toWellFormed();
