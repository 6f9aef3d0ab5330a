import { useAsk } from '../../../../api/ask.ts';
import { Checkbox } from '../../../../components/ui/checkbox.tsx';
import { Input, Select } from '../../../../components/ui/field.tsx';
import { Segmented } from '../../../../components/ui/segmented.tsx';
import { DelayField } from './delay-field.tsx';
import { numberIn, recordOf, textOf, useEditedStep } from './edited-step.ts';
import { FaultLines, StepField } from './step-field.tsx';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
type Kind = 'delay' | 'clock' | 'date';

/** For a time; until a time of day or a weekday; until a date of the person. */
export function WaitFields() {
  const { step, change, disabled } = useEditedStep();
  const until = recordOf(step['until']);
  const isUntil = step['until'] !== undefined && step['until'] !== null;
  const kind: Kind = !isUntil ? 'delay' : 'date' in until ? 'date' : 'clock';
  const START: Readonly<Record<Kind, object>> = {
    delay: { delay: { amount: 1, unit: 'days' }, until: undefined },
    clock: { delay: undefined, until: { time: '09:00' } },
    date: { delay: undefined, until: { date: '' } },
  };
  return (
    <>
      <fieldset disabled={disabled}>
        <Segmented<Kind>
          label="Waits"
          value={kind}
          segments={[
            { value: 'delay', label: 'For a time' },
            { value: 'clock', label: 'Until a time' },
            { value: 'date', label: 'Until a date' },
          ]}
          onChange={(next) => change({ ...START[next] })}
        />
      </fieldset>
      {kind === 'delay' && (
        <DelayField
          label="Wait"
          path="delay"
          hint="Days keep the time on the clock; business days are those of the rules."
        />
      )}
      {kind === 'clock' && <ClockFields />}
      {kind === 'date' && <DateFields />}
      <FaultLines path="until" isExact />
    </>
  );
}

/** Changes members of `until`; null takes one away. */
function useUntil() {
  const { step, change } = useEditedStep();
  const until = recordOf(step['until']);
  const put = (members: Readonly<Record<string, unknown>>): void => {
    const entries = Object.entries({ ...until, ...members }).filter(([, value]) => value !== null);
    change({ until: Object.fromEntries(entries) });
  };
  return { until, put };
}

function TimeField({ label, hint }: { readonly label: string; readonly hint: string }) {
  const { until, put } = useUntil();
  return (
    <StepField label={label} path="until/time" hint={hint}>
      {(control) => (
        <Input
          {...control}
          type="time"
          className="w-32!"
          value={textOf(until['time'])}
          onChange={({ target }) => put({ time: target.value === '' ? null : target.value })}
        />
      )}
    </StepField>
  );
}

function ClockFields() {
  const { disabled } = useEditedStep();
  const { until, put } = useUntil();
  const days = Array.isArray(until['weekday']) ? (until['weekday'] as readonly number[]) : [];
  return (
    <>
      <TimeField label="Time" hint="In the person’s time zone. Empty: the beginning of the day." />
      <fieldset disabled={disabled} className="grid gap-1">
        <legend className="mb-1 text-sm font-medium">On these days only</legend>
        <span className="grid grid-cols-4 gap-x-3 gap-y-1">
          {DAYS.map((name, index) => (
            <Checkbox
              key={name}
              label={name}
              checked={days.includes(index + 1)}
              onChange={({ target }) => {
                const others = days.filter((day) => day !== index + 1);
                const next = target.checked
                  ? [...others, index + 1].toSorted((a, b) => a - b)
                  : others;
                put({ weekday: next.length === 0 ? null : next });
              }}
            />
          ))}
        </span>
        <FaultLines path="until/weekday" />
      </fieldset>
    </>
  );
}

const OFFSET_UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;

function DateFields() {
  const { disabled } = useEditedStep();
  const { until, put } = useUntil();
  const known = useAsk('GET /users/properties', {}).data;
  const dates = [...(known?.user ?? []), ...(known?.company ?? [])].filter(({ kinds }) =>
    kinds.includes('date'),
  );
  const offset = recordOf(until['offset']);
  const amount = Number(offset['amount'] ?? 0);
  const isBefore = amount < 0;
  const unit = textOf(offset['unit']) || 'days';
  const putOffset = (size: number, before: boolean, inUnit: string): void =>
    put({ offset: size === 0 ? null : { amount: before ? -size : size, unit: inUnit } });
  return (
    <>
      <StepField label="Date" path="until/date" hint="A field of the person that holds a date.">
        {(control) => (
          <>
            <Input
              {...control}
              list={`${control.id}dates`}
              placeholder="user.trial_ends_at"
              value={textOf(until['date'])}
              onChange={({ target }) => put({ date: target.value })}
            />
            <datalist id={`${control.id}dates`}>
              {dates.map(({ field }) => (
                <option key={field} value={field} aria-label={field} />
              ))}
            </datalist>
          </>
        )}
      </StepField>
      <StepField label="So much before or after it" path="until/offset">
        {(control) => (
          <span className="grid grid-cols-[5rem_1fr_1fr] gap-2">
            <Input
              {...control}
              type="number"
              min={0}
              value={Math.abs(amount)}
              onChange={({ target }) =>
                putOffset(Math.abs(numberIn(target.value) ?? 0), isBefore, unit)
              }
            />
            <Select
              aria-label="Unit"
              disabled={disabled}
              value={unit}
              onChange={({ target }) => putOffset(Math.abs(amount), isBefore, target.value)}
            >
              {OFFSET_UNITS.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </Select>
            <Select
              aria-label="Before or after"
              disabled={disabled}
              value={isBefore ? 'before' : 'after'}
              onChange={({ target }) =>
                putOffset(Math.abs(amount), target.value === 'before', unit)
              }
            >
              <option>before</option>
              <option>after</option>
            </Select>
          </span>
        )}
      </StepField>
      <TimeField label="At" hint="Empty: the moment of the date itself." />
    </>
  );
}
