import { useId } from 'react';
import { Button } from '../ui/button.tsx';
import { Input } from '../ui/field.tsx';
import type { ValueProps } from './value-props.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * A day, or an instant in the viewer's zone. What is there stays as it was written until it is
 * changed.
 */
export function DateValue(props: ValueProps & { readonly isDay?: boolean }) {
  const { label, value, onChange, disabled, hasFault, isDay = false } = props;
  const id = useId();
  const text = typeof value === 'string' ? value : '';
  const isInstant = !isDay && text !== '' && !DAY.test(text);
  return (
    <span className="flex flex-wrap items-center gap-1">
      {isInstant ? (
        <Input
          type="datetime-local"
          aria-label={`${label}, in your zone`}
          aria-invalid={hasFault || undefined}
          className="w-auto!"
          disabled={disabled}
          value={localOf(text)}
          onChange={(event) => {
            const at = new Date(event.target.value);
            if (!Number.isNaN(at.getTime())) onChange(at.toISOString());
          }}
        />
      ) : (
        <Input
          id={id}
          type="date"
          aria-label={label}
          aria-invalid={hasFault || undefined}
          className="w-auto!"
          disabled={disabled}
          value={text}
          onChange={(event) => event.target.value !== '' && onChange(event.target.value)}
        />
      )}
      {!isDay && (
        <Button
          look="bare"
          disabled={disabled || text === ''}
          className="px-1.5 text-sm text-muted"
          onClick={() => onChange(isInstant ? localOf(text).slice(0, 10) : instantOf(text))}
        >
          {isInstant ? 'whole day' : 'with a time'}
        </Button>
      )}
    </span>
  );
}

/** What `datetime-local` shows: the wall clock of the viewer. */
function localOf(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Nine in the morning of a day, for the viewer. */
const instantOf = (day: string): string => new Date(`${day}T09:00`).toISOString();
