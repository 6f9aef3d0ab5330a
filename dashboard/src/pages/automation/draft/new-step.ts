import type { Step } from './step.ts';

/** Letters that cannot be mistaken for each other. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const ID_LENGTH = 6;

/**
 * An id for a new step: never one that was used before, since a person who passed a step of that id in
 * an older version would not be sent it again.
 */
export function newStepId(type: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_LENGTH));
  return `${type}_${Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('')}`;
}

const DAY = { amount: 1, unit: 'days' };

/** What each type starts with. What only the author can know is left empty, and told as a fault. */
const MEMBERS: Readonly<Record<string, object>> = {
  email: { subject: '', purpose: 'marketing', next: null },
  wait: { delay: DAY, next: null },
  wait_for_event: {
    event_type: '',
    timeout: { amount: 7, unit: 'days' },
    next: null,
    on_timeout: null,
  },
  condition: { filter: null, yes: null, no: null },
  split: {
    branches: [
      { weight: 50, next: null },
      { weight: 50, next: null },
    ],
  },
  update_user: { set: {}, next: null },
  webhook: { url: '', next: null },
  end: {},
};

export const newStep = (type: string, id: string = newStepId(type)): Step => ({
  id,
  type,
  ...structuredClone(MEMBERS[type] ?? {}),
});
