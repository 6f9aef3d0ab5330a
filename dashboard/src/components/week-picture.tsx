import clsx from 'clsx';
import X from 'lucide-react/icons/x';

/** A part of a day, in minutes from midnight; 1,440 is its end. */
export interface WeekSpan {
  readonly from: number;
  readonly to: number;
}

export interface WeekRow {
  readonly key: string;
  /** "Mon 23 Mar", or a time zone. */
  readonly label: string;
  /** What is open. */
  readonly spans: readonly WeekSpan[];
  /** The same in words: "09:00–17:00". */
  readonly words: string;
  /** Why it is closed, or what is special: "Good Friday". */
  readonly note?: string | null;
  readonly isToday?: boolean;
  /** Takes the row out of the picture. */
  readonly onRemove?: () => void;
}

interface WeekPictureProps {
  readonly label: string;
  readonly rows: readonly WeekRow[];
}

const DAY_MINUTES = 1_440;
const HOURS = [0, 6, 12, 18, 24];
const percent = (minutes: number): string => `${(minutes / DAY_MINUTES) * 100}%`;

/** Rows of 24 hours each, with what is open shaded: the days of a week, or one window in many zones. */
export function WeekPicture({ label, rows }: WeekPictureProps) {
  return (
    <div className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs" data-tabular="">
      <span aria-hidden />
      <Hours />
      <ul aria-label={label} className="col-span-2 grid grid-cols-subgrid gap-y-0.5">
        {rows.map((row) => (
          <Row key={row.key} row={row} />
        ))}
      </ul>
    </div>
  );
}

function Hours() {
  return (
    <span aria-hidden className="relative mb-1 block h-4 text-muted">
      {HOURS.map((hour) => (
        <span
          key={hour}
          className={clsx(
            'absolute',
            hour === 24 ? '-translate-x-full' : hour > 0 && '-translate-x-1/2',
          )}
          style={{ left: percent(hour * 60) }}
        >
          {String(hour).padStart(2, '0')}
        </span>
      ))}
    </span>
  );
}

function Row({ row }: { readonly row: WeekRow }) {
  const { label, spans, words, note = null, isToday = false, onRemove } = row;
  return (
    <li className="col-span-2 grid grid-cols-subgrid items-center">
      <span
        className={clsx(
          'flex max-w-44 min-w-0 items-center justify-between',
          isToday ? 'font-semibold text-ink' : 'text-muted',
        )}
      >
        <span className="truncate" title={label}>
          {label}
          {isToday && <span className="sr-only"> (today)</span>}
        </span>
        {onRemove !== undefined && (
          <button
            type="button"
            aria-label={`Take ${label} out`}
            onClick={onRemove}
            className="grid size-6 shrink-0 place-items-center rounded-ui hover:bg-sunken hover:text-ink"
          >
            <X size={12} aria-hidden />
          </button>
        )}
      </span>
      <span className="relative block h-7 overflow-hidden rounded-[0.2rem] bg-sunken">
        {HOURS.slice(1, -1).map((hour) => (
          <span
            key={hour}
            aria-hidden
            className="absolute inset-y-0 border-l"
            style={{ left: percent(hour * 60) }}
          />
        ))}
        {spans.map(({ from, to }) => (
          <span
            key={from}
            aria-hidden
            title={words}
            className="@container absolute inset-y-0 overflow-hidden rounded-[0.2rem] bg-accent-solid"
            style={{ left: percent(from), width: percent(to - from) }}
          >
            {/* Words that do not fit are left to the scale above. */}
            <span className="hidden bg-accent-solid text-center leading-7 whitespace-nowrap text-on-accent @min-[4.75rem]:block">
              {words}
            </span>
          </span>
        ))}
        {note !== null && (
          <span
            className={clsx(
              'absolute inset-0 flex items-center px-2',
              // Hours that the day before has left begin at the left.
              spans.length > 0 && 'justify-end',
            )}
          >
            <span
              className={clsx(
                'truncate',
                // Legible over hours that are shaded, and over those that are not.
                spans.length === 0 ? 'text-muted' : 'rounded-[0.2rem] bg-panel px-1',
              )}
            >
              {note}
            </span>
          </span>
        )}
        <span className="sr-only">{spans.length === 0 ? 'closed' : words}</span>
      </span>
    </li>
  );
}
