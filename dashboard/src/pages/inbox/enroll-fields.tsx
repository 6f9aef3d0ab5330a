import { useId } from 'react';
import { isZone } from '../../app/time.ts';
import { Field, Input, Select } from '../../components/ui/field.tsx';

/** Who is to be identified, as typed. */
export interface Person {
  readonly email: string;
  readonly name: string;
  readonly timezone: string;
}

export interface NamedSeries {
  readonly id: string;
  readonly name: string;
}

/** The server takes no longer ones. Characters. */
const LENGTH_MAX = 255;

const focusOnMount = (element: HTMLElement | null): void => element?.focus();

interface PersonFieldsProps {
  readonly person: Person;
  readonly exampleEmail: string;
  readonly focusFirst: boolean;
  readonly onChange: (change: Partial<Person>) => void;
}

export function PersonFields(props: PersonFieldsProps) {
  const { person, exampleEmail, focusFirst, onChange } = props;
  return (
    <>
      <Field label="Email" hint="Also used as the user_id.">
        {(ids) => (
          <Input
            {...ids}
            ref={focusFirst ? focusOnMount : undefined}
            type="email"
            required
            autoComplete="email"
            maxLength={LENGTH_MAX}
            placeholder={exampleEmail}
            value={person.email}
            onChange={(event) => onChange({ email: event.target.value })}
          />
        )}
      </Field>
      <Field label="Name" hint="For {{ user.name }} in the mail.">
        {(ids) => (
          <Input
            {...ids}
            autoComplete="name"
            maxLength={LENGTH_MAX}
            value={person.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <ZoneField zone={person.timezone} onChange={(timezone) => onChange({ timezone })} />
    </>
  );
}

interface ZoneFieldProps {
  readonly zone: string;
  readonly onChange: (zone: string) => void;
}

function ZoneField({ zone, onChange }: ZoneFieldProps) {
  const zonesId = useId();
  const isUsable = isZone(zone) || zone === '';
  return (
    <>
      <Field
        label="Time zone"
        hint={
          isUsable
            ? 'Send windows are in this zone.'
            : 'Not a known zone: it would be kept, and not used.'
        }
      >
        {(ids) => (
          <Input
            {...ids}
            list={zonesId}
            autoComplete="off"
            spellCheck={false}
            maxLength={LENGTH_MAX}
            value={zone}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <datalist id={zonesId}>
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </>
  );
}

interface SeriesFieldProps {
  readonly series: readonly NamedSeries[];
  readonly seriesId: string;
  readonly onChange: (seriesId: string) => void;
}

export function SeriesField({ series, seriesId, onChange }: SeriesFieldProps) {
  return (
    <Field label="Series">
      {(ids) => (
        <Select {...ids} value={seriesId} onChange={(event) => onChange(event.target.value)}>
          {series.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
