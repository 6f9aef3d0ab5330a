import { isIntegerIn, recordOf, type Fault } from '../../schedule/fault.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schedule/local-date.ts';
import { DURATION_MS_MAX } from './limits.ts';
import { below, faultsOfUnknown } from './paths.ts';

/** Elapsed time: a day is 24 hours, whatever the clocks do. */
const UNIT_MS = { minutes: MINUTE_MS, hours: HOUR_MS, days: DAY_MS, weeks: 7 * DAY_MS } as const;
const UNITS = Object.keys(UNIT_MS);

/** How long, as it travels: `{"amount":3,"unit":"days"}`. */
export interface Duration {
  readonly amount: number;
  readonly unit: keyof typeof UNIT_MS;
}

export const durationMs = ({ amount, unit }: Duration): number => amount * UNIT_MS[unit];

/** '3 days', '1 day'. */
export const durationWords = ({ amount, unit }: Duration): string =>
  `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;

/** Everything wrong with a duration. */
export function faultsOfDuration(json: unknown, path: string): Fault[] {
  const fields = recordOf(json);
  if (fields === null) return [{ path, message: 'must be like {"amount":3,"unit":"days"}' }];
  const { amount, unit } = fields;
  const faults = faultsOfUnknown(fields, ['amount', 'unit'], path);
  const unitMs = isUnit(unit) ? UNIT_MS[unit] : MINUTE_MS;
  const amountMax = Math.floor(DURATION_MS_MAX / unitMs);
  if (!isUnit(unit)) {
    faults.push({ path: below(path, 'unit'), message: `must be one of ${UNITS.join(', ')}` });
  }
  if (!isIntegerIn(amount, 1, amountMax)) {
    const message = `must be a whole number from 1 to ${amountMax}`;
    faults.push({ path: below(path, 'amount'), message });
  }
  return faults;
}

const isUnit = (value: unknown): value is Duration['unit'] =>
  typeof value === 'string' && Object.hasOwn(UNIT_MS, value);

export const DURATION_SCHEMA = {
  type: 'object',
  required: ['amount', 'unit'],
  additionalProperties: false,
  properties: {
    amount: { type: 'integer', minimum: 1 },
    unit: { type: 'string', enum: UNITS },
  },
};
