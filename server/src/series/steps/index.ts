import type { Step, StepType } from '../step.ts';
import { email } from './email.ts';
import { end } from './end.ts';
import { wait } from './wait.ts';

/** Every kind of step. A new one is a file beside these and a line here. */
export const STEP_TYPES: readonly StepType[] = [email, wait, end];

const BY_NAME = new Map<string, StepType>(STEP_TYPES.map((type) => [type.type, type]));

/** The kind called `name`, or null. */
export const stepTypeNamed = (name: unknown): StepType | null =>
  typeof name === 'string' ? (BY_NAME.get(name) ?? null) : null;

/** The kind of a valid step. */
export function stepTypeOf(step: Step): StepType {
  const type = BY_NAME.get(step.type);
  if (type === undefined) throw new Error(`step ${step.id} has the unknown type ${step.type}`);
  return type;
}
