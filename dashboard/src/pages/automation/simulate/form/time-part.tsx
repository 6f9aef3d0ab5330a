import { viewerZone } from '../../../../app/time.ts';
import { Input } from '../../../../components/ui/field.tsx';
import { DAYS_MAX } from './form.ts';
import { FormField, NumberInput, SpanInput } from './form-field.tsx';
import type { FormPartProps } from './people-part.tsx';

/** When the clock begins, how far it goes, and how people come in. */
export function TimePart({ form, faults, onChange }: FormPartProps) {
  return (
    <>
      <FormField
        label="From"
        path="start"
        faults={faults}
        hint={form.start === '' ? 'Empty: now, by the clock of this side.' : `In ${viewerZone}.`}
      >
        {(control) => (
          <Input
            {...control}
            type="datetime-local"
            value={form.start}
            onChange={({ target }) => onChange({ start: target.value })}
          />
        )}
      </FormField>
      <NumberInput
        label="For so many days"
        path="days"
        faults={faults}
        max={DAYS_MAX}
        value={form.days}
        onChange={(days) => onChange({ days })}
      />
      <SpanInput
        label="People enter over"
        path="enter_over"
        faults={faults}
        hint="One after the other. Empty: all at the start."
        none="none"
        value={form.enterOver}
        onChange={(enterOver) => onChange({ enterOver })}
      />
    </>
  );
}
