import { useAsk } from '../../../api/ask.ts';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Input, Select } from '../../../components/ui/field.tsx';
import { NumberField, RuleFaults, RuleField, SpanField } from './rule-field.tsx';
import { businessDaysOf, DAYS, numberOf, placeOf, spanOf, textOf, windowOf } from './settings.ts';
import { clockWords } from './week.ts';
import { useRules } from './use-rules.ts';

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const SPREAD_MAX = 1_440;
const HOURS = Array.from({ length: 25 }, (_, hour) => clockWords(hour * 60));

/** When emails may leave: hours, days, holidays, and on whose clock. */
export function WindowRule() {
  const { settings, put } = useRules();
  return (
    <>
      <div className="grid gap-5 wide:grid-cols-2">
        <HoursPart />
        <ZonePart />
        <DaysPart />
        <HolidayPart />
        <NumberField
          label="Spread over minutes"
          path="spread_minutes"
          hint="Of those who waited for the window to open, so that they do not all leave at once. Empty: all at once."
          none="0"
          max={SPREAD_MAX}
          value={numberOf(settings['spread_minutes'])}
          onChange={(minutes) => put({ spread_minutes: minutes })}
        />
        <SpanField
          label="Late by more than"
          path="max_lateness"
          hint="A step handled this much later moves the steps after it. Empty: 1 hour."
          none="1"
          units={['hours', 'minutes']}
          value={spanOf(settings['max_lateness'])}
          onChange={(span) => put({ max_lateness: span })}
        />
      </div>
    </>
  );
}

function HoursPart() {
  const { settings, put, mayEdit } = useRules();
  const window = windowOf(settings);
  return (
    <div className="grid content-start gap-3">
      <Checkbox
        label="Only between these hours"
        checked={window !== null}
        disabled={!mayEdit}
        onChange={({ target }) =>
          put({ send_window: target.checked ? { start: '09:00', end: '17:00' } : null })
        }
      />
      {window !== null && (
        <div className="flex gap-3">
          <HourField
            label="From"
            path="send_window/start"
            value={window.start}
            onChange={(start) => put({ send_window: { ...window, start } })}
          />
          <HourField
            label="To"
            path="send_window/end"
            value={window.end}
            onChange={(end) => put({ send_window: { ...window, end } })}
          />
        </div>
      )}
    </div>
  );
}

interface HourFieldProps {
  readonly label: string;
  readonly path: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A text, for the browser's own field of times knows no 24:00. */
function HourField({ label, path, value, onChange }: HourFieldProps) {
  return (
    <div className="w-28">
      <RuleField label={label} path={path}>
        {(control) => (
          <>
            <Input
              {...control}
              list={`${control.id}hours`}
              placeholder="09:00"
              maxLength={5}
              autoComplete="off"
              value={value}
              onChange={({ target }) => onChange(target.value)}
            />
            <datalist id={`${control.id}hours`}>
              {HOURS.map((hour) => (
                <option key={hour}>{hour}</option>
              ))}
            </datalist>
          </>
        )}
      </RuleField>
    </div>
  );
}

function ZonePart() {
  const { settings, put, mayEdit } = useRules();
  const isTheirs = settings['use_user_timezone'] !== false;
  const zones = useAsk('GET /timezones', {}).data?.data ?? [];
  const workspace = useAsk('GET /settings', {}).data?.timezone ?? '';
  return (
    <div className="grid content-start gap-3">
      <Checkbox
        label="On the person’s own clock, where their zone is known"
        checked={isTheirs}
        disabled={!mayEdit}
        onChange={({ target }) => put({ use_user_timezone: target.checked })}
      />
      <RuleField
        label={isTheirs ? 'Else, the time zone' : 'Time zone'}
        path="timezone"
        hint={`Empty: the workspace’s${workspace === '' ? '' : `, ${workspace}`}.`}
      >
        {(control) => (
          <>
            <Input
              {...control}
              list={`${control.id}zones`}
              className="max-w-72"
              placeholder={workspace}
              autoComplete="off"
              value={textOf(settings['timezone'])}
              onChange={({ target }) => put({ timezone: target.value || null })}
            />
            <datalist id={`${control.id}zones`}>
              {zones.map(({ name, offset }) => (
                <option key={name} value={name}>
                  {offset}
                </option>
              ))}
            </datalist>
          </>
        )}
      </RuleField>
    </div>
  );
}

function DaysPart() {
  const { settings, put, mayEdit } = useRules();
  const days = businessDaysOf(settings);
  return (
    <div className="grid content-start gap-3">
      <Checkbox
        label="Only on business days"
        checked={settings['business_days_only'] === true}
        disabled={!mayEdit}
        onChange={({ target }) => put({ business_days_only: target.checked })}
      />
      <fieldset disabled={!mayEdit}>
        <legend className="mb-1 text-sm font-medium">Business days</legend>
        <div className="flex flex-wrap gap-x-3 gap-y-1">
          {DAYS.map((day) => (
            <Checkbox
              key={day}
              label={NAMES[day - 1]}
              checked={days.includes(day)}
              onChange={({ target }) =>
                put({
                  business_days: target.checked
                    ? [...days, day].toSorted((one, other) => one - other)
                    : days.filter((known) => known !== day),
                })
              }
            />
          ))}
        </div>
        <p className="mt-1 text-sm text-muted">Waits of business days count these too.</p>
        <RuleFaults path="business_days" />
      </fieldset>
    </div>
  );
}

function HolidayPart() {
  const { settings, put } = useRules();
  const countries = useAsk('GET /countries', {}).data?.data ?? [];
  const place = placeOf(settings);
  const regions = countries.find(({ code }) => code === place?.country)?.regions ?? [];
  const isKnown = place === null || countries.some(({ code }) => code === place.country);
  return (
    <div className="grid content-start gap-3">
      <RuleField
        label="Public holidays of"
        path="holidays/country"
        hint="They are no business days."
      >
        {(control) => (
          <Select
            {...control}
            className="max-w-72"
            value={place?.country ?? ''}
            onChange={({ target }) =>
              put({ holidays: target.value === '' ? null : { country: target.value } })
            }
          >
            <option value="">Nowhere</option>
            {!isKnown && <option value={place.country}>{place.country}</option>}
            {countries.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </RuleField>
      {place !== null && (regions.length > 0 || place.region !== null) && (
        <RuleField label="Region" path="holidays/region">
          {(control) => (
            <Select
              {...control}
              className="max-w-72"
              value={place.region ?? ''}
              onChange={({ target }) =>
                put({ holidays: { country: place.country, region: target.value || null } })
              }
            >
              <option value="">The whole country</option>
              {place.region !== null && !regions.some(({ code }) => code === place.region) && (
                <option value={place.region}>{place.region}</option>
              )}
              {regions.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </RuleField>
      )}
    </div>
  );
}
