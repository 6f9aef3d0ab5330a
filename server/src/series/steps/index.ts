import type { Step, StepType } from '../step.ts';
import { condition } from './condition.ts';
import { email } from './email.ts';
import { end } from './end.ts';
import { split } from './split.ts';
import { updateUser } from './update-user.ts';
import { waitForEvent } from './wait-for-event.ts';
import { wait } from './wait.ts';
import { webhook } from './webhook.ts';

/** As one of the list: `stepTypeOf` never gives it another type's step. */
const listed = <S extends Step>(type: StepType<S>): StepType => type as unknown as StepType;

/** Every kind of step. A new one is a file beside these and a line here. */
export const STEP_TYPES: readonly StepType[] = [
  listed(email),
  listed(wait),
  listed(waitForEvent),
  listed(condition),
  listed(split),
  listed(updateUser),
  listed(webhook),
  listed(end),
];

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
