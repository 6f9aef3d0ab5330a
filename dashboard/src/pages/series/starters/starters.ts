import { dunning } from './dunning.ts';
import { onboarding } from './onboarding.ts';
import type { Starter } from './starter.ts';
import { trialEnding } from './trial-ending.ts';
import { welcome } from './welcome.ts';
import { winBack } from './win-back.ts';

/** What one can start from, beside an empty series. */
export const STARTERS: readonly Starter[] = [welcome, onboarding, trialEnding, winBack, dunning];
