import { recordOf } from '../../../components/filter-builder/filter.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { SpanField } from './rule-field.tsx';
import { spanOf, textOf } from './settings.ts';
import { useRules } from './use-rules.ts';

/** What becomes of steps that fell due while the series was paused. */
export function ResumeRule() {
  const { settings, putPart, mayEdit } = useRules();
  const resume = recordOf(settings['resume']);
  const late = textOf(resume['late']) || 'send';
  return (
    <>
      <ChoiceGroup
        legend="What fell due in a pause"
        value={late}
        disabled={!mayEdit}
        choices={[
          { value: 'send', label: 'is sent in the next window' },
          { value: 'skip', label: 'is skipped', hint: 'The person goes on to the next step.' },
          { value: 'exit', label: 'ends the run' },
        ]}
        onChange={(next) => putPart('resume', { late: next })}
      />
      {late !== 'send' && (
        <SpanField
          label="If overdue by more than"
          path="resume/after"
          hint="What is overdue by less is sent."
          value={spanOf(resume['after'] ?? { amount: 0, unit: 'minutes' })}
          onChange={(after) => putPart('resume', { after })}
        />
      )}
    </>
  );
}
