import { useState } from 'react';
import { viewerZone } from '../../../../app/time.ts';
import { HeatMap } from '../../../../components/heat-map.tsx';
import { countedOf } from '../../../../components/number.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { Select } from '../../../../components/ui/field.tsx';
import { dayWords } from '../../rules/week.ts';
import { heatRowsOf, type LocalHour, sendsOn, sendsOnOwnClocks } from './result.ts';
import type { Outcome } from '../use-simulation.ts';

/** Days that are shown before they are asked for. */
const DAYS_SHOWN = 21;
/** Each person's own clock. */
export const OWN = 'own';

interface HoursProps {
  readonly outcome: Outcome;
  /** A zone, or each person's own. */
  readonly clock: string;
  readonly onClock: (clock: string) => void;
  readonly selected: LocalHour | null;
  readonly onSelect: (hour: LocalHour | null) => void;
}

/** The sends of each hour, on a clock that can be chosen. */
export function Hours({ outcome, clock, onClock, selected, onSelect }: HoursProps) {
  const [isAll, setIsAll] = useState(false);
  const { simulation, zoneOf, zones, timezone } = outcome;
  const year = simulation.start.slice(0, 4);
  const rows = heatRowsOf(
    clock === OWN
      ? sendsOnOwnClocks(simulation, (id) => zoneOf(id) ?? timezone)
      : sendsOn(clock, simulation),
    (day) => (day.startsWith(year) ? dayWords(day) : `${dayWords(day)} ${day.slice(0, 4)}`),
  );
  const shown = isAll ? rows : rows.slice(0, DAYS_SHOWN);
  const others = [...new Set([viewerZone, timezone, ...zones, 'UTC'])];
  return (
    <section aria-labelledby="hours" className="grid min-w-0 grid-cols-1 gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="hours" className="font-semibold">
          Emails by hour
        </h2>
        <label className="flex items-center gap-2 text-sm text-muted">
          On the clock
          <Select
            className="w-auto!"
            value={clock}
            onChange={({ target }) => onClock(target.value)}
          >
            {zones.length > 0 && <option value={OWN}>of each person</option>}
            {others.map((zone) => (
              <option key={zone} value={zone}>
                in {zone}
              </option>
            ))}
          </Select>
        </label>
      </div>
      {rows.length === 0 ? (
        <p className="text-muted">No email was sent.</p>
      ) : (
        <>
          <HeatMap
            label="Emails by day and hour"
            unit="emails"
            rows={shown}
            selected={selected === null ? null : { key: selected.day, hour: selected.hour }}
            onSelect={(day, hour) =>
              onSelect(selected?.day === day && selected.hour === hour ? null : { day, hour })
            }
          />
          <p className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
            Days without an email are left out. Press an hour to see its lines.
            {rows.length > DAYS_SHOWN && (
              <Button look="bare" className="px-2 text-sm" onClick={() => setIsAll(!isAll)}>
                {isAll
                  ? 'Show fewer'
                  : `Show ${countedOf(rows.length - DAYS_SHOWN, 'more day', 'more days')}`}
              </Button>
            )}
          </p>
        </>
      )}
    </section>
  );
}
