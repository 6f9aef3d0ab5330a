import { FilterBuilder } from '../../../components/filter-builder/filter-builder.tsx';
import { FilterCount } from '../../../components/filter-builder/filter-count.tsx';
import { FilterPart } from './event-field.tsx';
import { RuleFaults } from './rule-field.tsx';
import { filterOf, triggerOf } from './settings.ts';
import { faultsBelow, useRules, useSettingFaults } from './use-rules.ts';

const EMPTY_WORDS: Readonly<Record<string, string>> = {
  api: 'Calls enroll whomever they name; the audience is not asked.',
  manual: 'Whom to take in at the activation. It has to be said.',
  segment_match: 'Who is meant. It has to be said.',
};

/** Who may enter by the trigger; with who that is right now. */
export function AudienceRule() {
  const { settings, put, mayEdit } = useRules();
  const faults = useSettingFaults();
  const audience = filterOf(settings['audience']);
  const hint = EMPTY_WORDS[triggerOf(settings)];
  return (
    <>
      <FilterPart title="People where">
        {hint !== undefined && <p className="text-sm text-muted">{hint}</p>}
        <FilterBuilder
          kind="user"
          value={audience}
          onChange={(filter) => put({ audience: filter })}
          disabled={!mayEdit}
          faults={faultsBelow(faults, 'audience')}
        />
        <RuleFaults path="audience" isOwn />
      </FilterPart>
      <FilterPart title="Right now">
        <FilterCount filter={audience} />
      </FilterPart>
    </>
  );
}
