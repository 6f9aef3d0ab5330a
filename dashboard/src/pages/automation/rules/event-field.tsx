import type { ReactNode } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { FilterBuilder } from '../../../components/filter-builder/filter-builder.tsx';
import type { FilterJson } from '../../../components/filter-builder/filter.ts';
import { Input } from '../../../components/ui/field.tsx';
import { RuleField } from './rule-field.tsx';
import { faultsBelow, useRules, useSettingFaults } from './use-rules.ts';

interface EventFieldsProps {
  readonly event: string;
  readonly eventPath: string;
  readonly filter: FilterJson | null;
  readonly filterPath: string;
  readonly onEvent: (event: string) => void;
  readonly onFilter: (filter: FilterJson | null) => void;
}

/** An event by its name, and which of these events count. */
export function EventFields(props: EventFieldsProps) {
  const { event, eventPath, filter, filterPath, onEvent, onFilter } = props;
  const { mayEdit } = useRules();
  const faults = useSettingFaults();
  const known = useAsk('GET /users/properties', {}).data?.events ?? [];
  return (
    <>
      <RuleField
        label="Event"
        path={eventPath}
        hint={
          known.length > 0 && event !== '' && !known.some(({ event_type: type }) => type === event)
            ? 'Nobody has done this yet. Check the name: capitals count.'
            : 'As your app sends it.'
        }
      >
        {(control) => (
          <>
            <Input
              {...control}
              list={`${control.id}events`}
              maxLength={100}
              className="max-w-72"
              placeholder="trial_started"
              value={event}
              onChange={({ target }) => onEvent(target.value)}
            />
            <datalist id={`${control.id}events`}>
              {known.map(({ event_type: type }) => (
                <option key={type}>{type}</option>
              ))}
            </datalist>
          </>
        )}
      </RuleField>
      {(mayEdit || filter !== null) && (
        <FilterPart title="Only events where">
          <FilterBuilder
            kind="event"
            eventType={event}
            value={filter}
            onChange={onFilter}
            disabled={!mayEdit}
            faults={faultsBelow(faults, filterPath)}
          />
        </FilterPart>
      )}
    </>
  );
}

/** A filter under its title. */
export function FilterPart({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title} className="grid min-w-0 grid-cols-1 gap-1.5">
      <h3 className="text-sm font-medium">{title}</h3>
      {children}
    </section>
  );
}
