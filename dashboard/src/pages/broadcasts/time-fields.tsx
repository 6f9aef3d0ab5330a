import { viewerZone } from '../../app/time.ts';
import { Field, Input, Select } from '../../components/ui/field.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import type { BroadcastDraft, Schedule } from './broadcast.ts';
import { instantOf, localOf } from './local-time.ts';

type Kind = 'now' | 'at' | 'local';

interface TimeFieldsProps {
  readonly draft: BroadcastDraft;
  readonly onChange: (change: Partial<BroadcastDraft>) => void;
  readonly isReadOnly: boolean;
}

/** At once, at one instant, or at a time on each person's own clock. */
export function TimeFields({ draft, onChange, isReadOnly }: TimeFieldsProps) {
  const { schedule, spread_minutes: spread } = draft;
  const kind: Kind = schedule === null ? 'now' : schedule.local === undefined ? 'at' : 'local';
  const set = (next: Schedule | null): void => onChange({ schedule: next });
  const choose = (next: Kind): void => {
    const tomorrow = localOf(new Date(Date.now() + 86_400_000).toISOString(), viewerZone);
    const local = `${tomorrow.slice(0, 10)}T09:00`;
    if (next === 'now') set(null);
    else if (next === 'at') set({ at: instantOf(local, viewerZone) });
    else set({ local, already_past: 'tomorrow' });
  };
  return (
    <fieldset disabled={isReadOnly} className="grid min-w-0 gap-4">
      <Segmented<Kind>
        label="When"
        value={kind}
        segments={[
          { value: 'now', label: 'At once' },
          { value: 'at', label: 'At a time' },
          { value: 'local', label: 'In their own time' },
        ]}
        onChange={choose}
      />
      {kind === 'at' && (
        <Field label="Time" hint={`In your time zone, ${viewerZone}.`}>
          {(ids) => (
            <Input
              {...ids}
              type="datetime-local"
              required
              className="max-w-60"
              value={schedule?.at === undefined ? '' : localOf(schedule.at, viewerZone)}
              onChange={(event) =>
                event.target.value !== '' && set({ at: instantOf(event.target.value, viewerZone) })
              }
            />
          )}
        </Field>
      )}
      {kind === 'local' && (
        <div className="grid gap-4 wide:grid-cols-2">
          <Field label="Time on their clock" hint="Who has no known zone goes by the workspace's.">
            {(ids) => (
              <Input
                {...ids}
                type="datetime-local"
                required
                value={schedule?.local ?? ''}
                onChange={(event) => set({ ...schedule, local: event.target.value })}
              />
            )}
          </Field>
          <Field label="Where that time is past already">
            {(ids) => (
              <Select
                {...ids}
                value={schedule?.already_past ?? 'now'}
                onChange={(event) =>
                  set({
                    ...schedule,
                    already_past: event.target.value as NonNullable<Schedule['already_past']>,
                  })
                }
              >
                <option value="now">send at once</option>
                <option value="tomorrow">send at that time the next day</option>
                <option value="skip">leave them out</option>
              </Select>
            )}
          </Field>
        </div>
      )}
      <Field
        label="Spread over minutes"
        hint="Empty or 0: all at once, as fast as transports take it."
      >
        {(ids) => (
          <Input
            {...ids}
            type="number"
            min={0}
            max={1440}
            className="max-w-32"
            value={spread ?? ''}
            onChange={(event) =>
              onChange({
                spread_minutes: event.target.value === '' ? null : Number(event.target.value),
              })
            }
          />
        )}
      </Field>
    </fieldset>
  );
}
