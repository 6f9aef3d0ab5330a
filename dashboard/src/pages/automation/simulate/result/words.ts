import type { Line } from './result.ts';
import { letterOf } from '../../build/step-types.ts';

/** What a line says happened, in the order of the select. */
export const WHAT: Readonly<Record<Line['what'], string>> = {
  entered: 'Entered',
  not_entered: 'Did not enter',
  held: 'Waits',
  sent: 'Email sent',
  passed: 'Passed',
  branched: 'Took a way',
  traits_written: 'Traits written',
  webhook_captured: 'Webhook captured',
  skipped: 'Skipped',
  failed: 'Failed',
  goal_reached: 'Goal reached',
  exited: 'Left by an exit',
  completed: 'Completed',
};

const REASONS: Readonly<Record<string, string>> = {
  already_active: 'is in the series already',
  completed: 'has been through it',
  too_soon: 'too soon after the last run',
  too_often: 'has been in it as often as may be',
  user_not_found: 'no such person',
  not_meant: 'the audience or trigger does not mean them',
  api: 'by a call',
  manual: 'at the activation',
  user_created: 'as a new person',
  event: 'by an event',
  segment_match: 'by matching the audience',
};

/** A code of the server in words; one that is not known, as it is. */
export const reasonWords = (reason: string): string =>
  REASONS[reason] ?? reason.replaceAll('_', ' ');

/** Lines that are told in the colour of faults. */
export const isFault = ({ what }: Line): boolean => what === 'failed' || what === 'not_entered';

/** Ways as they are drawn; branches of a split by their numbers. */
const WAYS = ['yes', 'no', 'event', 'timeout'];
export const waysOf = (branches: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(branches).toSorted(
    ([one], [other]) => WAYS.indexOf(one) - WAYS.indexOf(other) || Number(one) - Number(other) || 0,
  );

/** A way out of a step: 'Yes', 'A'. */
export function branchWords(branch: string): string {
  if (/^\d+$/.test(branch)) return letterOf(Number(branch));
  return `${branch.charAt(0).toUpperCase()}${branch.slice(1)}`;
}
