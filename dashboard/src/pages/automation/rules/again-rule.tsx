import { recordOf } from '../../../components/filter-builder/filter.ts';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { ChoiceGroup } from './choice-group.tsx';
import { NumberField, SpanField } from './rule-field.tsx';
import { numberOf, spanOf, textOf } from './settings.ts';
import { useRules } from './use-rules.ts';

const RUNS_MAX = 1_000_000;

/** Whether somebody who has been through the series may enter it once more. */
export function AgainRule() {
  const { settings, putPart, mayEdit } = useRules();
  const again = recordOf(settings['reenrollment']);
  const put = (patch: object): void => putPart('reenrollment', { ...patch });
  const isOn = again['enabled'] === true;
  return (
    <>
      <Checkbox
        label="People may enter again"
        hint="Nobody is in a series twice at a time."
        checked={isOn}
        disabled={!mayEdit}
        onChange={({ target }) => put({ enabled: target.checked })}
      />
      {isOn && (
        <>
          <ChoiceGroup
            legend="Once the last run has"
            value={textOf(again['after']) || 'completing'}
            disabled={!mayEdit}
            choices={[
              { value: 'completing', label: 'been completed', hint: 'or reached the goal' },
              { value: 'leaving', label: 'ended in any way', hint: 'by an exit rule too' },
            ]}
            onChange={(after) => put({ after })}
          />
          <div className="grid gap-5 wide:grid-cols-2">
            <SpanField
              label="Not sooner than"
              path="reenrollment/cooldown"
              hint="After the end of the last run. Empty: at once."
              none="none"
              value={spanOf(again['cooldown'])}
              onChange={(cooldown) => put({ cooldown })}
            />
            <NumberField
              label="Runs of a person at most"
              path="reenrollment/max_runs"
              hint="Empty: any number."
              none="any"
              min={1}
              max={RUNS_MAX}
              value={numberOf(again['max_runs'])}
              onChange={(runs) => put({ max_runs: runs })}
            />
          </div>
        </>
      )}
    </>
  );
}
