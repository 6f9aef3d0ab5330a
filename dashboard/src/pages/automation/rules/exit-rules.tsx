import Plus from 'lucide-react/icons/plus';
import Trash2 from 'lucide-react/icons/trash-2';
import { Button } from '../../../components/ui/button.tsx';
import { Select } from '../../../components/ui/field.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { RuleFaults, RuleField } from './rule-field.tsx';
import {
  type ExitKind,
  exitKindOf,
  exitOfKind,
  exitsOf,
  patched,
  type Settings,
  textOf,
} from './settings.ts';
import { useRules } from './use-rules.ts';
import { useSeriesNames } from './use-series-names.ts';
import { WatchFields } from './watch-fields.tsx';

const RULES_MAX = 20;

const KINDS: Readonly<Record<ExitKind, string>> = {
  event: 'They do something',
  filter: 'They come to match a filter',
  on: 'Something comes of an email',
  enters: 'They enter another series',
};
const SIGNALS = {
  unsubscribe: 'They unsubscribe',
  hard_bounce: 'An email bounces for good',
  complaint: 'They complain about an email',
} as const;

/** What takes people out before the end: any one of several rules. */
export function ExitRules() {
  const { settings, put, mayEdit } = useRules();
  const rules = exitsOf(settings);
  const replace = (at: number, rule: Settings): void =>
    put({ exit: rules.map((known, index) => (index === at ? rule : known)) });
  return (
    <>
      {rules.length === 0 && (
        <p className="text-muted">People stay until the end, the goal, or a call removes them.</p>
      )}
      {rules.length > 0 && (
        <ol className="grid min-w-0 gap-5">
          {rules.map((rule, index) => (
            <li key={index} className="grid min-w-0 grid-cols-1 gap-3 border-l-2 pl-4">
              <ExitRule
                rule={rule}
                index={index}
                onChange={(next) => replace(index, next)}
                onRemove={() => put({ exit: rules.filter((_, at) => at !== index) })}
              />
            </li>
          ))}
        </ol>
      )}
      <RuleFaults path="exit" isOwn />
      {mayEdit && (
        <Button
          className="justify-self-start"
          disabled={rules.length >= RULES_MAX}
          onClick={() => put({ exit: [...rules, exitOfKind('event')] })}
        >
          <Plus size={15} aria-hidden />
          Add an exit
        </Button>
      )}
    </>
  );
}

interface ExitRuleProps {
  readonly rule: Settings;
  readonly index: number;
  readonly onChange: (rule: Settings) => void;
  readonly onRemove: () => void;
}

function ExitRule({ rule, index, onChange, onRemove }: ExitRuleProps) {
  const { mayEdit } = useRules();
  const kind = exitKindOf(rule);
  const path = `exit/${index}`;
  const change = (patch: Settings): void => onChange(patched(rule, patch));
  return (
    <>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1 wide:max-w-72">
          <RuleField label={`Exit ${index + 1}: when`} path={`${path}/kind`}>
            {(control) => (
              <Select
                {...control}
                value={kind}
                onChange={({ target }) => onChange(exitOfKind(target.value as ExitKind))}
              >
                {Object.entries(KINDS).map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </RuleField>
        </div>
        {mayEdit && (
          <Button look="bare" square aria-label={`Remove exit ${index + 1}`} onClick={onRemove}>
            <Trash2 size={15} aria-hidden />
          </Button>
        )}
      </div>
      {kind === 'on' && (
        <RuleField label="What comes of it" path={`${path}/on`}>
          {(control) => (
            <Select
              {...control}
              className="max-w-72"
              value={textOf(rule['on'])}
              onChange={({ target }) => change({ on: target.value })}
            >
              {Object.entries(SIGNALS).map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </RuleField>
      )}
      {kind === 'enters' && (
        <SeriesField
          path={`${path}/enters`}
          value={textOf(rule['enters'])}
          onChange={(enters) => change({ enters })}
        />
      )}
      {(kind === 'filter' || kind === 'event') && (
        <WatchFields key={kind} watch={rule} path={path} onChange={change} />
      )}
    </>
  );
}

interface SeriesFieldProps {
  readonly path: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** Another series of the side, by name. */
function SeriesField({ path, value, onChange }: SeriesFieldProps) {
  const { series } = useDraft();
  const names = useSeriesNames();
  const others = [...names].filter(([id]) => id !== series.id);
  const isKnown = value === '' || names.has(value);
  return (
    <RuleField label="Series" path={path}>
      {(control) => (
        <Select
          {...control}
          className="max-w-72"
          value={value}
          onChange={({ target }) => onChange(target.value)}
        >
          <option value="" disabled>
            Choose a series
          </option>
          {!isKnown && <option value={value}>{value}</option>}
          {others.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </RuleField>
  );
}
