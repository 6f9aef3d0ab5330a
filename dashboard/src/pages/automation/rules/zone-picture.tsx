import { useState } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Combobox } from '../../../components/ui/combobox.tsx';
import { WeekPicture, type WeekRow } from '../../../components/week-picture.tsx';
import type { Opening } from './use-open-hours.ts';
import { type Day, offsetOn, shifted, windowWords } from './week.ts';

/** Beside that of the series. */
const SHOWN = 3;

interface ZonePictureProps {
  readonly opening: Opening;
  /** Clock changes move zones against each other. */
  readonly day: Day;
  /** What is shown before anything is chosen. */
  readonly usual: readonly string[];
}

/**
 * The window of people elsewhere: on one clock, if each person's own counts; else one window on each
 * person's clock.
 */
export function ZonePicture({ opening, day, usual }: ZonePictureProps) {
  const { open, timezone, isTheirs } = opening;
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const all = useAsk('GET /timezones', {}).data?.data ?? [];
  const zones = (chosen ?? usual.filter((zone) => zone !== timezone).slice(0, SHOWN)).filter(
    (zone) => zone !== timezone,
  );
  const here = offsetOn(day, timezone) ?? 0;
  const window = open.window ?? { start: 0, end: 1_440 };
  const length = (window.end - window.start + 1_440) % 1_440 || 1_440;
  const rows = [timezone, ...zones].map((zone): WeekRow => {
    const ahead = (offsetOn(day, zone) ?? here) - here;
    const span = { from: window.start, to: window.start + length };
    const spans = shifted(span, isTheirs ? -ahead : ahead);
    const row = { key: zone, label: zone, spans, words: windowWords(spans) };
    if (zone === timezone) return row;
    return { ...row, onRemove: () => setChosen(zones.filter((one) => one !== zone)) };
  });
  return (
    <section aria-label="People elsewhere" className="grid min-w-0 grid-cols-1 gap-1.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm text-muted">
          {isTheirs
            ? `The hours of people elsewhere, on the clock in ${timezone}`
            : 'These hours on the clock of people elsewhere'}
        </h3>
        <Combobox
          label="Find a time zone"
          trigger={<Button look="bare">Add a zone</Button>}
          choices={all
            .filter(({ name }) => name !== timezone && !zones.includes(name))
            .map(({ name, offset }) => ({ value: name, label: name, hint: offset }))}
          onChoose={(zone) => setChosen([...zones, zone])}
        />
      </div>
      <WeekPicture label="Hours by time zone" rows={rows} />
    </section>
  );
}
