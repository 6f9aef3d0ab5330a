import { statusAfter, type AutomationStatus } from '../../series/index.ts';

/**
 * What applying a file does: `save` writes the draft; `hold` publishes the first version of a series
 * that stays paused.
 */
export const DEEDS = [
  'create',
  'save',
  'activate',
  'hold',
  'publish',
  'pause',
  'resume',
  'archive',
] as const;

export type Deed = (typeof DEEDS)[number];

/**
 * What must be done, in this order, for a series to be as a file has it. Pure.
 *
 * A series is paused before and resumed after another version of it is published, so that nothing is
 * sent in between. One that is completed is taken for active, which it may be again by itself.
 *
 * @param from null where there is no series yet
 * @param to null: whatever it is
 * @returns null where no way leads there
 */
export function deedsOf({
  from,
  to,
  isSame,
  isPublished,
  isPublishedSame,
}: {
  from: AutomationStatus | null;
  to: AutomationStatus | null;
  isSame: boolean;
  isPublished: boolean;
  isPublishedSame: boolean;
}): Deed[] | null {
  const writes: Deed[] = from === null ? ['create'] : isSame ? [] : ['save'];
  const wanted = to === 'completed' ? 'active' : to;
  // Nothing to end.
  if (from === null && wanted === 'archived') return [];
  const status = from === 'completed' ? 'active' : (from ?? 'draft');
  if (wanted === 'archived') return status === 'archived' ? [] : ['archive'];
  if (wanted !== null && wanted !== status && !leadsTo(status, wanted)) return null;
  const mayPublish = statusAfter(from ?? 'draft', 'publish') !== null;
  const publishes: Deed[] = isPublished && !isPublishedSame && mayPublish ? ['publish'] : [];
  if (wanted === null || wanted === status) return [...writes, ...publishes];
  if (status === 'draft') return [...writes, wanted === 'active' ? 'activate' : 'hold'];
  return wanted === 'paused'
    ? [...writes, 'pause', ...publishes]
    : [...writes, ...publishes, 'resume'];
}

const leadsTo = (from: AutomationStatus, to: AutomationStatus): boolean =>
  from !== 'archived' && (to === 'active' || to === 'paused');
