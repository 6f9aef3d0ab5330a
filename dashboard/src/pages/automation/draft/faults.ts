import { ApiError } from '@milepost/sdk';
import type { Doc } from './step.ts';

/** Something that the server would refuse, or warns of. */
export interface Fault {
  /** Below the step, such as `delay/amount`; of the series itself `settings/…` or `name`. */
  readonly path: string;
  readonly message: string;
  /** Keeps a draft from being saved, keeps it from being published, or neither. */
  readonly keeps: 'saving' | 'publishing' | 'nothing';
}

/** By the id of the step; '' for the series itself. */
export type Faults = ReadonlyMap<string, readonly Fault[]>;

export interface ToldFault {
  readonly stepId: string | null;
  /** As the server says it: `steps/3/delay/amount`. */
  readonly path: string;
  readonly message: string;
  readonly keeps: Fault['keeps'];
}

const STEP_PATH = /^steps\/(\d+)(?:\/(.*))?$/;

/** Faults by step, each once: the same may come from saving and from looking ahead. */
export function faultsByStep(told: readonly ToldFault[], doc: Doc): Faults {
  const faults = new Map<string, Fault[]>();
  for (const { stepId, path, message, keeps } of told) {
    const [, index, below = ''] = STEP_PATH.exec(path) ?? [];
    const found = stepId ?? (index === undefined ? '' : (doc.steps[Number(index)]?.id ?? ''));
    const own = index === undefined ? path : below;
    const known = faults.get(found) ?? [];
    if (known.some((fault) => fault.path === own && fault.message === message)) continue;
    faults.set(found, [...known, { path: own, message, keeps }]);
  }
  return faults;
}

/** The faults of a refused save; none of another error. */
export function faultsOfRefusal(error: Error | null): ToldFault[] {
  if (!(error instanceof ApiError) || !Array.isArray(error.details)) return [];
  return (error.details as readonly { readonly path?: unknown; readonly message?: unknown }[])
    .filter(({ path, message }) => typeof path === 'string' && typeof message === 'string')
    .map(({ path, message }) => ({
      stepId: null,
      path: String(path),
      message: String(message),
      keeps: 'saving' as const,
    }));
}

/** How many faults there are that keep from something. */
export const faultCount = (faults: Faults, keeps: readonly Fault['keeps'][]): number =>
  [...faults.values()].flat().filter((fault) => keeps.includes(fault.keeps)).length;
