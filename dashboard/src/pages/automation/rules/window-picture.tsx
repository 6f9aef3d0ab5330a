import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { useState } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { WeekPicture, type WeekRow } from '../../../components/week-picture.tsx';
import { type Opening, useOpenHours } from './use-open-hours.ts';
import { type Day, dayPlus, dayWords, mondayOf, spansOn, weekdayOf, windowWords } from './week.ts';
import { useZonesOfPeople } from './use-zones-of-people.ts';
import { ZonePicture } from './zone-picture.tsx';

const HOLIDAYS_SHOWN = 6;

/** The week as the draft has it: open hours, days off, holidays by name; and the same elsewhere. */
export function WindowPicture() {
  const opening = useOpenHours();
  const zones = useZonesOfPeople();
  const [wasReady, setWasReady] = useState(false);
  const { today } = opening;
  // Another country asks anew; what is shown stays meanwhile.
  if (!wasReady && opening.isReady && zones !== null) setWasReady(true);
  // Of the size of what comes, so that nothing below it jumps.
  if (!wasReady || today === null) {
    return <Skeleton className="h-[41rem] w-full wide:h-[27.5rem]" />;
  }
  return <Weeks opening={opening} today={today} zones={zones ?? []} />;
}

interface WeeksProps {
  readonly opening: Opening;
  readonly today: Day;
  readonly zones: readonly string[];
}

function Weeks({ opening, today, zones }: WeeksProps) {
  const [monday, setMonday] = useState(() => mondayOf(today));
  const { open, holidays, isTheirs, timezone, isIncomplete } = opening;
  const days = Array.from({ length: 7 }, (_, index) => dayPlus(monday, index));
  const rows = days.map((day): WeekRow => {
    const spans = isIncomplete ? [] : spansOn(day, open);
    const holiday = open.holidays.get(day) ?? null;
    const isOff = open.isBusinessDaysOnly && !open.businessDays.includes(weekdayOf(day));
    return {
      key: day,
      label: dayWords(day),
      spans,
      words: windowWords(spans),
      note: holiday ?? (isOff ? 'Day off' : null),
      isToday: day === today,
    };
  });
  return (
    <div className="grid min-w-0 grid-cols-1 gap-5 wide:grid-cols-[minmax(0,1fr)_16rem]">
      <div className="grid min-w-0 grid-cols-1 content-start gap-5">
        <section aria-label="The week" className="grid min-w-0 grid-cols-1 gap-1.5">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h3 className="text-sm text-muted">
              On {isTheirs ? 'the person’s own clock' : `the clock in ${timezone}`}
            </h3>
            <div className="flex items-center gap-1">
              <Button
                look="bare"
                square
                aria-label="The week before"
                onClick={() => setMonday(dayPlus(monday, -7))}
              >
                <ChevronLeft size={15} aria-hidden />
              </Button>
              <Button
                look="bare"
                disabled={monday === mondayOf(today)}
                onClick={() => setMonday(mondayOf(today))}
              >
                This week
              </Button>
              <Button
                look="bare"
                square
                aria-label="The week after"
                onClick={() => setMonday(dayPlus(monday, 7))}
              >
                <ChevronRight size={15} aria-hidden />
              </Button>
            </div>
          </div>
          <WeekPicture label="Hours in which emails may leave" rows={rows} />
        </section>
        {!isIncomplete && <ZonePicture opening={opening} day={monday} usual={zones} />}
      </div>
      <NextHolidays holidays={holidays} onChoose={(day) => setMonday(mondayOf(day))} />
    </div>
  );
}

interface NextHolidaysProps {
  readonly holidays: Opening['holidays'];
  readonly onChoose: (day: Day) => void;
}

function NextHolidays({ holidays, onChoose }: NextHolidaysProps) {
  return (
    <section aria-label="Next holidays" className="grid content-start gap-1">
      <h3 className="text-sm text-muted wide:leading-8">Next holidays</h3>
      {holidays.length === 0 ? (
        <p className="text-sm text-muted">None: no country is chosen.</p>
      ) : (
        <ul className="grid gap-0.5">
          {holidays.slice(0, HOLIDAYS_SHOWN).map(({ date, name }) => (
            <li key={`${date} ${name}`}>
              <button
                type="button"
                title="Show this week"
                onClick={() => onChoose(date)}
                className="-mx-1.5 flex min-h-7 w-full items-baseline gap-2 rounded-ui px-1.5 text-left text-sm hover:bg-sunken"
              >
                <span className="w-20 shrink-0 text-muted" data-tabular="">
                  {dayWords(date)}
                </span>
                <span className="min-w-0">{name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
