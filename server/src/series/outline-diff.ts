import { isDeepStrictEqual } from 'node:util';
import { shownSteps } from './shown-steps.ts';
import { stepTypeNamed } from './steps/index.ts';
import type { SeriesDraft } from './series.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A member that is not as it was; null where it is left out. */
export interface FieldChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface StepChange {
  readonly stepId: string;
  readonly fields: readonly FieldChange[];
}

/** What a draft would change. A step may be both changed and moved. */
export interface SeriesDiff {
  readonly added: readonly { readonly stepId: string; readonly type: string }[];
  readonly removed: readonly { readonly stepId: string; readonly type: string }[];
  /** Steps that do something else. */
  readonly changed: readonly StepChange[];
  /** Steps that lead elsewhere, by the field that says where. */
  readonly moved: readonly StepChange[];
  readonly settings: readonly FieldChange[];
}

/** What publishing a draft would change about a version. Pure. A member left out is one that is null. */
export function diffOf(before: SeriesDraft, after: SeriesDraft): SeriesDiff {
  const [old, young] = [stepsOf(before), stepsOf(after)];
  const both = [...young].flatMap(([id, step]) => {
    const was = old.get(id);
    return was === undefined ? [] : [{ id, step, was }];
  });
  return {
    added: only(young, old),
    removed: only(old, young),
    changed: both.flatMap(({ id, step, was }) => {
      const fields = changesOf(was.own, step.own);
      return fields.length === 0 ? [] : [{ stepId: id, fields }];
    }),
    moved: both.flatMap(({ id, step, was }) => {
      const fields = changesOf(was.leads, step.leads);
      return fields.length === 0 ? [] : [{ stepId: id, fields }];
    }),
    settings: changesOf({ ...before.settings }, { ...after.settings }),
  };
}

interface ReadStep {
  readonly type: string;
  /** What it does. */
  readonly own: Fields;
  /** Where it leads, by the path of the field; null is the end. */
  readonly leads: Fields;
}

/** Steps by id: what each does, and where it leads. */
export function stepsOf(draft: SeriesDraft): Map<string, ReadStep> {
  const steps = shownSteps(draft.steps);
  return new Map(
    steps.map((step, index) => {
      const type = stepTypeNamed(step['type']);
      const following = steps[index + 1]?.['id'] ?? null;
      const targets = type?.targets(step) ?? [];
      const leads = Object.fromEntries(
        targets.map(({ path, to }) => [path, to === undefined ? following : to]),
      );
      return [String(step['id']), { type: String(step['type']), own: ownOf(step), leads }];
    }),
  );
}

/** Fields that say where a step leads; those of a branch are looked at beneath. */
const TARGET_FIELDS = new Set(['id', 'next', 'yes', 'no', 'on_timeout']);

function ownOf(step: Fields): Fields {
  const own = Object.entries(step).filter(([name]) => !TARGET_FIELDS.has(name));
  const { branches } = step;
  if (!Array.isArray(branches)) return Object.fromEntries(own);
  const weights = (branches as Fields[]).map(({ next: _next, ...branch }) => branch);
  return { ...Object.fromEntries(own), branches: weights };
}

const only = (steps: ReadonlyMap<string, ReadStep>, others: ReadonlyMap<string, ReadStep>) =>
  [...steps].flatMap(([stepId, { type }]) => (others.has(stepId) ? [] : [{ stepId, type }]));

function changesOf(before: Fields, after: Fields): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [was, is] = [before[name] ?? null, after[name] ?? null];
    return isDeepStrictEqual(was, is) ? [] : [{ name, before: was, after: is }];
  });
}
