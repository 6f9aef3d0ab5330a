import { afterOf } from '../../platform/page.ts';
import type { TimelineAfter } from '../sql/timeline.ts';

const CURSOR_LENGTH_MAX = 200;
const CURSOR = /^(\d{1,16}) ([a-z\d:-]{1,120})$/;
const NO_CURSOR = '-';

/**
 * Reads a cursor of a timeline, which tells apart what happened at one instant.
 *
 * @throws `request.cursor_invalid`
 */
export function timelineAfterOf(cursor: string | undefined): TimelineAfter | null {
  if (cursor === undefined || cursor === '') return null;
  const text =
    cursor.length > CURSOR_LENGTH_MAX ? '' : Buffer.from(cursor, 'base64url').toString('latin1');
  const [, ms, key] = CURSOR.exec(text) ?? [];
  const at = new Date(Number(ms));
  if (ms !== undefined && key !== undefined && !Number.isNaN(at.getTime())) return { at, key };
  // As every list refuses what is no cursor.
  afterOf(NO_CURSOR);
  throw new Error('a cursor that is none was read');
}

/** Where a page goes on. */
export const timelineCursorOf = ({ at, key }: TimelineAfter): string =>
  Buffer.from(`${at.getTime()} ${key}`, 'latin1').toString('base64url');
