import { recordOf } from '../../../components/filter-builder/filter.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { SpanField } from './rule-field.tsx';
import { spanOf, type WatchKind, watchKindOf, watchOfKind } from './settings.ts';
import { useRules } from './use-rules.ts';
import { WatchFields } from './watch-fields.tsx';

type Kind = 'none' | WatchKind;

/** What the series is for: who reaches it leaves at once, and counts. */
export function GoalRule() {
  const { settings, put, putPart, mayEdit } = useRules();
  const value = settings['goal'];
  const isSet = value !== null && value !== undefined;
  const goal = recordOf(value);
  const kind: Kind = isSet ? watchKindOf(goal) : 'none';
  return (
    <>
      <ChoiceGroup<Kind>
        legend="Reached when the person"
        value={kind}
        disabled={!mayEdit}
        choices={[
          { value: 'event', label: 'does something' },
          { value: 'filter', label: 'comes to match a filter' },
          { value: 'none', label: 'There is no goal' },
        ]}
        onChange={(next) => put({ goal: next === 'none' ? null : watchOfKind(goal, next) })}
      />
      {isSet && (
        <>
          <WatchFields
            key={kind}
            watch={goal}
            path="goal"
            onChange={(patch) => putPart('goal', patch)}
          />
          <SpanField
            label="Within"
            path="goal/within"
            hint="Of entering. Empty: as long as they are in the series."
            none="any"
            value={spanOf(goal['within'])}
            onChange={(within) => putPart('goal', { within: within ?? undefined })}
          />
        </>
      )}
    </>
  );
}
