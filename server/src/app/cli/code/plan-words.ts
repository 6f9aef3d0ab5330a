import { quoted } from '../../../schedule/fault.ts';
import { lineDiff } from './line-diff.ts';
import type { PlanAnswer } from './remote.ts';

/** A plan of one file, and who would come in by it. */
export interface FilePlan {
  readonly file: string;
  readonly plan: PlanAnswer;
  /** The name that the file had when it was applied last, if it was another. */
  readonly was: string | null;
  /** Whether there is a series of this name that no file holds: applying would make another beside it. */
  readonly hasNamesake: boolean;
  /** How many enter at most as soon as it is active; null where nobody is looked for. */
  readonly enters: number | null;
}

type Diff = PlanAnswer['diff'];
type Change = Diff['settings'][number];

/** Whether applying the file would do anything. */
export const isChange = ({ plan }: FilePlan): boolean => plan.does.length > 0;

/** One file of a plan, in words. */
export function wordsOfPlan(one: FilePlan): string {
  const { file, plan } = one;
  const renaming = one.was === null ? '' : ` (${one.was} before)`;
  if (!isChange(one)) return `= ${plan.slug}${renaming}  ${file}: no change`;
  const { diff, name } = plan;
  const isNew = plan.does.includes('create');
  const renamed =
    name.before === null || name.before === name.after
      ? []
      : [`~ name: ${quoted(name.before)} → ${quoted(name.after)}`];
  const inner = [
    ...renamed,
    ...statusWords(plan),
    ...diff.added.map((step) => `+ step ${step.step_id} (${step.type})`),
    ...diff.removed.map((step) => `- step ${step.step_id} (${step.type})`),
    ...stepWords(diff),
    ...(isNew
      ? settingsTold(diff.settings)
      : diff.settings.flatMap((one) => changeWords('settings', one))),
    ...peopleWords(one),
    ...plan.warnings.map((one) => `warning: ${one.path} ${one.message}`),
    ...(isNew && one.hasNamesake ? [NAMESAKE] : []),
    ...conflictWords(plan),
  ];
  const head = `${isNew ? '+' : '~'} ${plan.slug}${renaming}  ${file}: ${doesWords(plan)}`;
  return [head, ...inner.map((line) => line.replaceAll(/^/gm, '    '))].join('\n');
}

const NAMESAKE =
  'warning: there is a series of this name that no file holds. This makes another one beside it; to ' +
  'bring that one into a file, move this file away and pull';

const DOES: Readonly<Record<PlanAnswer['does'][number], string>> = {
  create: 'create',
  save: 'save the draft',
  activate: 'publish version 1 and let people in',
  hold: 'publish version 1, paused',
  publish: 'publish',
  pause: 'pause',
  resume: 'resume',
  archive: 'archive',
};

const doesWords = ({ does, version }: PlanAnswer): string =>
  does
    .map((deed) => (deed === 'publish' ? `publish version ${(version ?? 0) + 1}` : DOES[deed]))
    .join(', ');

const statusWords = ({ status: { before, after } }: PlanAnswer): string[] =>
  before === null || before === after ? [] : [`~ status: ${before} → ${after}`];

function stepWords({ changed, moved }: Diff): string[] {
  const ids = [...new Set([...changed, ...moved].map((step) => step.step_id))];
  return ids.flatMap((id) => {
    const own = changed.find((step) => step.step_id === id)?.fields ?? [];
    const leads = moved.find((step) => step.step_id === id)?.fields ?? [];
    return [
      ...own.flatMap((field) => changeWords(`step ${id}`, field)),
      ...leads.map(
        ({ name, before, after }) =>
          `~ step ${id}: ${name} leads to ${end(after)}, not ${end(before)}`,
      ),
    ];
  });
}

const end = (target: unknown): string => (typeof target === 'string' ? target : 'the end');

const settingsTold = (settings: readonly Change[]): string[] =>
  settings
    .filter(({ after }) => after !== null)
    .map(({ name, after }) => `  settings.${name}: ${valueWords(after)}`);

/** A text of several lines is told by the lines that differ. */
function changeWords(of: string, { name, before, after }: Change): string[] {
  if (typeof before === 'string' && typeof after === 'string' && /\n/.test(before + after)) {
    return [`~ ${of}: ${name}`, ...lineDiff(before, after).map((line) => `    ${line}`)];
  }
  return [`~ ${of}: ${name}`, `    - ${valueWords(before)}`, `    + ${valueWords(after)}`];
}

const VALUE_LENGTH_MAX = 200;

function valueWords(value: unknown): string {
  if (value === null || value === undefined) return '(left out)';
  const text = JSON.stringify(value);
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}…`;
}

function peopleWords({ plan, enters }: FilePlan): string[] {
  const { people, preview, does } = plan;
  const words: string[] = [];
  if (enters !== null) {
    words.push(
      does.includes('activate')
        ? `people: ${enters} enter as soon as it is active`
        : `people: up to ${enters} enter, who match the audience and were never in it`,
    );
  }
  if (preview !== null) {
    words.push(
      preview.in_flight === 'stay'
        ? `people: ${people} in flight stay on the version that they entered`
        : `people: ${people} in flight are moved to version ${preview.version}; ` +
            `${preview.mail_at_once} of ${preview.looked_at} looked at get an email at once`,
    );
    for (const { step_id: id, to_step_id: to, because, count } of preview.moves) {
      if (because !== 'kept')
        words.push(`  ${count} at ${id} go to ${end(to)}: the step is ${BECAUSE[because]}`);
    }
  } else if (people > 0 && does.some((deed) => TOUCHING.has(deed))) {
    words.push(
      `people: ${people} in flight ${does.includes('archive') ? 'leave it' : 'are held up, or go on'}`,
    );
  } else if (people > 0) words.push(`people: ${people} in flight notice nothing`);
  return words;
}

const BECAUSE = { removed: 'gone', sent: 'behind them already' } as const;
const TOUCHING: ReadonlySet<string> = new Set(['pause', 'resume', 'archive']);

function conflictWords({ conflicts, name }: PlanAnswer): string[] {
  if (conflicts.length === 0) return [];
  const what = conflicts.includes('content') ? 'what it says' : 'its status';
  return [
    `! somebody changed ${what} since "${name.before}" was last pulled or applied:`,
    '  apply refuses it. Pull and look at the difference, or apply with --force.',
  ];
}

/** What a plan comes to. */
export function summaryOf(plans: readonly FilePlan[]): string {
  const changed = plans.filter(isChange);
  if (changed.length === 0) return 'No change: the server is as the files say.';
  const made = changed.filter(({ plan }) => plan.does.includes('create')).length;
  const ended = changed.filter(({ plan }) => plan.does.includes('archive')).length;
  const people = changed.reduce((sum, { plan, enters }) => sum + plan.people + (enters ?? 0), 0);
  return (
    `Plan: ${made} to create, ${changed.length - made - ended} to change, ${ended} to archive, ` +
    `${plans.length - changed.length} as they are; ${people} people in what is changed.`
  );
}
