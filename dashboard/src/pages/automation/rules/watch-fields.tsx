import { FilterBuilder } from '../../../components/filter-builder/filter-builder.tsx';
import { EventFields, FilterPart } from './event-field.tsx';
import { RuleFaults } from './rule-field.tsx';
import { filterOf, type Settings, textOf, watchKindOf } from './settings.ts';
import { faultsBelow, useRules, useSettingFaults } from './use-rules.ts';

interface WatchFieldsProps {
  /** `{"filter"}` or `{"event","filter"}`; other members stay. */
  readonly watch: Settings;
  /** Of the settings: `goal`, `exit/0`. */
  readonly path: string;
  readonly onChange: (patch: Settings) => void;
}

/** What is watched for: that somebody matches a filter, or does something. */
export function WatchFields({ watch, path, onChange }: WatchFieldsProps) {
  const { mayEdit } = useRules();
  const faults = useSettingFaults();
  if (watchKindOf(watch) === 'event') {
    return (
      <EventFields
        event={textOf(watch['event'])}
        eventPath={`${path}/event`}
        filter={filterOf(watch['filter'])}
        filterPath={`${path}/filter`}
        onEvent={(event) => onChange({ event })}
        onFilter={(filter) => onChange({ filter: filter ?? undefined })}
      />
    );
  }
  return (
    <FilterPart title="When the person matches">
      <FilterBuilder
        kind="user"
        value={filterOf(watch['filter'])}
        onChange={(filter) => onChange({ filter })}
        disabled={!mayEdit}
        faults={faultsBelow(faults, `${path}/filter`)}
      />
      <RuleFaults path={path} isOwn />
    </FilterPart>
  );
}
