import { Link } from '@tanstack/react-router';
import { useAsk } from '../../../api/ask.ts';
import { countedOf } from '../../../components/number.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { NumberField } from './rule-field.tsx';
import { numberOf, textOf } from './settings.ts';
import { useRules } from './use-rules.ts';

const PRIORITY_MAX = 100;

/** How the series stands beside the others, where the workspace limits what a person gets. */
export function CapRule() {
  const { settings, put, mayEdit } = useRules();
  const limits = useAsk('GET /settings', {}).data?.limits;
  const emails = limits?.emails ?? null;
  const atOnce = limits?.series_at_once ?? null;
  return (
    <>
      <ChoiceGroup
        legend="An email over the frequency cap"
        value={textOf(settings['over_cap']) || 'delay'}
        disabled={!mayEdit}
        choices={[
          { value: 'delay', label: 'waits until it may leave' },
          { value: 'skip', label: 'is skipped', hint: 'The person goes on to the next step.' },
        ]}
        onChange={(overCap) => put({ over_cap: overCap })}
      />
      <NumberField
        label="Priority, 0 to 100"
        path="priority"
        hint="Who may be in no more series leaves the one with the lowest, for one with a higher."
        max={PRIORITY_MAX}
        value={numberOf(settings['priority'] ?? 0)}
        onChange={(priority) => put({ priority })}
      />
      {limits !== undefined && (
        <p className="text-sm text-muted">
          The workspace allows{' '}
          {emails === null
            ? 'any number of emails'
            : `${countedOf(emails.count, 'email', 'emails')} in ${countedOf(emails.days, 'day', 'days')}`}{' '}
          and {atOnce === null ? 'any number of series' : `${atOnce} series`} at once.{' '}
          <Link
            to="/dashboard/settings/$section"
            params={{ section: 'general' }}
            className="text-accent underline"
          >
            Change it in the settings
          </Link>
        </p>
      )}
    </>
  );
}
