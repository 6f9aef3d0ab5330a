import { NOTHING_NEEDED, OWN_TRAITS, RESERVED_TRAITS, traitPatchOf } from '../../audience/index.ts';
import { isStorable } from '../../platform/plain-data.ts';
import { isAbsent, quoted, recordOf, type Fault } from '../../schedule/fault.ts';
import { compileData, renderData } from '../../template/index.ts';
import type { Decision, StepContextFacts, StepType, UpdateUserStep } from '../step.ts';
import { compiledOnce } from './compiled.ts';
import { nextTarget, withNext } from './next.ts';
import { faultsOfTemplates } from './template-faults.ts';
import { brief } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Traits that one step sets, and that one step removes. */
export const NAMES_MAX = 50;
export const TRAIT_NAME_LENGTH_MAX = 200;
/** As much as one identify call may say. */
const SET_BYTES_MAX = 20_000;
const LIQUID = /\{[{%]/;

export const updateUser: StepType<UpdateUserStep> = {
  type: 'update_user',
  reachesPerson: false,
  isPlanned: true,
  faults: faultsOfUpdate,
  targets: nextTarget,
  withTargets: withNext,
  delayOf: () => null,
  needs: () => ({ facts: NOTHING_NEEDED, waitsFor: null }),
  decide,
  words: (step) => changesOf(step),
};

function faultsOfUpdate({ set, remove }: Fields, path: string): Fault[] {
  const faults = [
    ...(isAbsent(set) ? [] : faultsOfSet(set, `${path}/set`)),
    ...(isAbsent(remove) ? [] : faultsOfRemove(remove, { path: `${path}/remove`, set })),
  ];
  const isNothing =
    Object.keys(recordOf(set) ?? {}).length === 0 && (isAbsent(remove) || isEmpty(remove));
  if (faults.length === 0 && isNothing)
    faults.push({ path, message: 'must set or remove a trait' });
  return faults;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function faultsOfSet(set: unknown, path: string): Fault[] {
  const fields = recordOf(set);
  if (fields === null) return [{ path, message: 'must be an object of traits' }];
  const names = Object.keys(fields);
  if (names.length > NAMES_MAX) return [{ path, message: `must have at most ${NAMES_MAX} traits` }];
  const shape = faultsOfTemplates(fields, { path, bytesMax: SET_BYTES_MAX });
  const refused = names.flatMap((name) => {
    const message = faultOfName(name) ?? faultOfOwn(name, fields[name]);
    return message === null ? [] : [{ path: `${path}/${name}`, message }];
  });
  return [...shape, ...refused];
}

function faultsOfRemove(remove: unknown, { path, set }: { path: string; set: unknown }): Fault[] {
  if (!Array.isArray(remove)) return [{ path, message: 'must be a list of names of traits' }];
  if (remove.length > NAMES_MAX) {
    return [{ path, message: `must have at most ${NAMES_MAX} names` }];
  }
  return remove.flatMap((name: unknown, index) => {
    const isBoth = typeof name === 'string' && Object.hasOwn(recordOf(set) ?? {}, name);
    const message = isBoth ? `is set by the same step: ${quoted(name)}` : faultOfName(name);
    return message === null ? [] : [{ path: `${path}/${index}`, message }];
  });
}

function faultOfName(name: unknown): string | null {
  const isName =
    typeof name === 'string' &&
    name !== '' &&
    name.length <= TRAIT_NAME_LENGTH_MAX &&
    isStorable(name);
  if (!isName) return `must be the name of a trait, of 1 to ${TRAIT_NAME_LENGTH_MAX} characters`;
  const isReserved = (RESERVED_TRAITS as readonly string[]).includes(name);
  return isReserved ? 'is a reserved trait, which only the server writes' : null;
}

const isOwn = (name: string): boolean => (OWN_TRAITS as readonly string[]).includes(name);

/** What is known before anything is merged: values of own columns that are no templates. */
function faultOfOwn(name: string, value: unknown): string | null {
  if (!isOwn(name) || (typeof value === 'string' && LIQUID.test(value))) return null;
  const patch = traitPatchOf({ [name]: value });
  return 'fault' in patch ? patch.fault : null;
}

const compiledSet = compiledOnce((step: UpdateUserStep) => compileData(step.set ?? {}));

function decide(step: UpdateUserStep, { person, merge, now }: StepContextFacts): Decision {
  const fail = (reason: string): Decision => ({ kind: 'fail', to: step.next, reason });
  if (person === null) return fail('user_erased');
  const rendered = renderData(compiledSet(step), { ...merge, now: now.toISOString() });
  if (rendered.kind === 'failed') return fail(`set/${rendered.reason}`);
  const set = Object.entries(recordOf(rendered.value) ?? {});
  const removed = (step.remove ?? []).map((name) => [name, null] as const);
  const emptied = set.find(([name, value]) => isOwn(name) && value === '' && step.set?.[name]);
  if (emptied !== undefined) return fail(`set/${emptied[0]}: empty after merging`);
  // From entries, so that a trait called `__proto__` stays a trait.
  const traits = Object.fromEntries([...set, ...removed]);
  const patch = traitPatchOf(traits);
  if ('fault' in patch) return fail(`set: ${patch.fault}`);
  const why = [{ rule: 'update_user', input: changesOf(step), outcome: 'written' }];
  return { kind: 'go', to: step.next, why, traits };
}

/** Names only: values may be nobody's business who reads why. */
function changesOf({ set, remove }: UpdateUserStep): string {
  const parts = [
    { verb: 'sets', names: Object.keys(set ?? {}) },
    { verb: 'removes', names: remove ?? [] },
  ];
  const words = parts
    .filter(({ names }) => names.length > 0)
    .map(({ verb, names }) => `${verb} ${names.map((name) => `traits.${name}`).join(', ')}`)
    .join(' and ');
  return brief(words);
}
