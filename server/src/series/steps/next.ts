import type { Target } from '../step.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The one target of a step that leads on to one other. */
export const nextTarget = (step: Fields): Target[] => [{ path: 'next', to: step['next'] }];

/** Such a step with its target put in. */
export const withNext = <S extends { readonly next: string | null }>(
  step: S,
  [next = null]: readonly (string | null)[],
): S => ({ ...step, next });
