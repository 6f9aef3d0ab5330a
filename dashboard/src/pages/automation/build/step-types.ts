import CircleStop from 'lucide-react/icons/circle-stop';
import GitFork from 'lucide-react/icons/git-fork';
import Hourglass from 'lucide-react/icons/hourglass';
import Mail from 'lucide-react/icons/mail';
import Radio from 'lucide-react/icons/radio';
import Shuffle from 'lucide-react/icons/shuffle';
import UserPen from 'lucide-react/icons/user-pen';
import Webhook from 'lucide-react/icons/webhook';
import { wordsOfTemplate } from '../../../components/merge-tags/merge-tag.ts';
import { branchesOf, branchIndexOf, type Step } from '../draft/step.ts';

export interface StepTypeWords {
  readonly type: string;
  readonly name: string;
  /** What it does, in a line. */
  readonly hint: string;
  readonly Icon: typeof Mail;
}

/** Every type of step that the server knows, in the order of the palette. */
export const STEP_TYPES: readonly StepTypeWords[] = [
  { type: 'email', name: 'Email', hint: 'Sends one, inside the send window', Icon: Mail },
  { type: 'wait', name: 'Wait', hint: 'For a time, or until a moment', Icon: Hourglass },
  {
    type: 'wait_for_event',
    name: 'Wait for event',
    hint: 'Until they do something, for so long at most',
    Icon: Radio,
  },
  { type: 'condition', name: 'Condition', hint: 'Yes or no, by what is known', Icon: GitFork },
  { type: 'split', name: 'Split', hint: 'By chance, for A/B tests', Icon: Shuffle },
  { type: 'update_user', name: 'Update user', hint: 'Writes traits', Icon: UserPen },
  { type: 'webhook', name: 'Webhook', hint: 'Calls another system', Icon: Webhook },
  { type: 'end', name: 'End', hint: 'Leaves the series as completed', Icon: CircleStop },
];

const UNKNOWN: StepTypeWords = { type: '', name: 'Step', hint: '', Icon: CircleStop };

export const typeWordsOf = (type: string): StepTypeWords =>
  STEP_TYPES.find((known) => known.type === type) ?? UNKNOWN;

/** What a step is called: the subject of an email, else what it does in the server's words. */
export function titleOf(step: Step, words: string | null): string {
  const { name } = typeWordsOf(step.type);
  if (step.type === 'email') {
    const subject = typeof step['subject'] === 'string' ? step['subject'].trim() : '';
    return subject === '' ? 'Email without a subject' : wordsOfTemplate(subject);
  }
  if (words === null || words === '') return name;
  // The server tells what a step does; its card names it.
  if (step.type === 'end') return 'End';
  const named = words
    .replace(/^asks whether /, '')
    .replace(/^splits people by chance/, 'split')
    .replace(/^waits\b/, 'wait')
    .replace(/^sets\b/, 'set');
  // The name of a field stays as it is written.
  const isField = /^\S+\./.test(named);
  return isField ? named : `${named.charAt(0).toUpperCase()}${named.slice(1)}`;
}

const BRANCH_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  condition: { yes: 'Yes', no: 'No' },
  wait_for_event: { next: 'Happened', on_timeout: 'Timeout' },
};

/** What stands at a way; null where there is only one. Branches of a split say their share. */
export function branchLabelOf(step: Step, path: string): string | null {
  if (step.type !== 'split') return BRANCH_WORDS[step.type]?.[path] ?? null;
  const index = branchIndexOf(path) ?? 0;
  const branches = branchesOf(step);
  const total = branches.reduce((sum, { weight }) => sum + numberOf(weight), 0);
  const share = total > 0 ? (numberOf(branches[index]?.weight) / total) * 100 : 0;
  return `${letterOf(index)} · ${Math.round(share * 10) / 10}%`;
}

/** A weight that was not typed yet is none. */
const numberOf = (weight: unknown): number => (typeof weight === 'number' ? weight : 0);

/** A, B, C, … */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);
