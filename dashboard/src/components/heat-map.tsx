import clsx from 'clsx';
import { useEffect, useRef } from 'react';
import { countOf } from './number.ts';

export interface HeatRow {
  readonly key: string;
  /** At the left: `Mon 24 Mar`. */
  readonly label: string;
  /** One count for each of the 24 hours; null where there is no such hour. */
  readonly counts: readonly (number | null)[];
}

interface HeatMapProps {
  readonly label: string;
  readonly rows: readonly HeatRow[];
  /** What is counted, for whoever points at a cell or hears it: "sends". */
  readonly unit: string;
  /** The hours that are chosen, if any can be. */
  readonly selected?: { readonly key: string; readonly hour: number } | null;
  readonly onSelect?: (key: string, hour: number) => void;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Shades beside none: more of the accent for more. */
const SHADES = [
  'bg-[color-mix(in_oklab,var(--accent)_18%,var(--panel))] text-ink',
  'bg-[color-mix(in_oklab,var(--accent)_36%,var(--panel))] text-ink',
  'bg-[color-mix(in_oklab,var(--accent)_58%,var(--panel))] text-ink',
  'bg-accent-solid text-on-accent',
];

/** Counts by day and hour of day, as a table whose cells are shaded. */
export function HeatMap({ label, rows, unit, selected = null, onSelect }: HeatMapProps) {
  const most = Math.max(0, ...rows.flatMap(({ counts }) => counts.map((count) => count ?? 0)));
  const frame = useRef<HTMLDivElement>(null);
  const first = firstHourOf(rows);
  useEffect(() => {
    const head = frame.current?.querySelectorAll<HTMLElement>('thead th[data-hour]')[first];
    const names = frame.current?.querySelector<HTMLElement>('thead th')?.offsetWidth ?? 0;
    // Only where it is too broad for the page: the early hours are mostly empty.
    if (head !== undefined) frame.current?.scrollTo({ left: head.offsetLeft - names - CLEARANCE });
  }, [first]);
  return (
    <div
      ref={frame}
      role="region"
      aria-label={label}
      // Reached by Tab, so that the keyboard can scroll it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      // The cells' words for screen readers scroll with it.
      className="relative overflow-x-auto"
    >
      <table className="w-full min-w-[44rem] table-fixed border-separate border-spacing-0.5 text-xs">
        <thead className="text-muted">
          <tr>
            <th scope="col" className="sticky left-0 w-24 bg-paper text-left font-normal">
              <span className="sr-only">Day</span>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className="font-normal" data-tabular="" data-hour={hour}>
                {hour % 3 === 0 ? (
                  String(hour).padStart(2, '0')
                ) : (
                  <span className="sr-only">{hour}</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, label: name, counts }) => (
            <tr key={key}>
              <th
                scope="row"
                className="sticky left-0 bg-paper pr-2 text-left font-normal whitespace-nowrap text-muted"
              >
                {name}
              </th>
              {HOURS.map((hour) => (
                <HeatCell
                  key={hour}
                  count={counts[hour] ?? null}
                  most={most}
                  words={`${name}, ${String(hour).padStart(2, '0')}:00: ${countOf(counts[hour] ?? 0)} ${unit}`}
                  isSelected={selected?.key === key && selected.hour === hour}
                  {...(onSelect === undefined ? {} : { onSelect: () => onSelect(key, hour) })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Between the days and the first hour that is shown, in pixels. */
const CLEARANCE = 8;

/** The first hour of any day that has a count; 0 where none has. */
function firstHourOf(rows: readonly HeatRow[]): number {
  const hours = rows.map(({ counts }) => counts.findIndex((count) => (count ?? 0) > 0));
  return Math.min(...hours.filter((hour) => hour >= 0), HOURS.length) % HOURS.length;
}

interface HeatCellProps {
  readonly count: number | null;
  readonly most: number;
  readonly words: string;
  readonly isSelected: boolean;
  readonly onSelect?: () => void;
}

function HeatCell({ count, most, words, isSelected, onSelect }: HeatCellProps) {
  const shade = shadeOf(count, most);
  const look = clsx(
    'grid h-7 w-full place-items-center rounded-[0.2rem] text-[0.6875rem]',
    shade === null ? 'bg-sunken' : SHADES[shade],
    isSelected && 'outline-2 outline-ink',
  );
  const text = count === null || count === 0 ? '' : briefOf(count);
  return (
    <td className="p-0" data-tabular="">
      {onSelect !== undefined && count !== null && count > 0 ? (
        <button
          type="button"
          title={words}
          aria-label={words}
          aria-pressed={isSelected}
          className={look}
          onClick={onSelect}
        >
          {text}
        </button>
      ) : (
        <span title={words} className={look}>
          <span aria-hidden>{text}</span>
          <span className="sr-only">{words}</span>
        </span>
      )}
    </td>
  );
}

/** Which shade a count has beside the greatest; null for none. By the root, so that small ones show. */
export function shadeOf(count: number | null, most: number): number | null {
  if (count === null || count <= 0 || most <= 0) return null;
  return Math.min(SHADES.length - 1, Math.floor(Math.sqrt(count / most) * SHADES.length));
}

/** `950`, `1.2k`, `34k`, `2M`: what fits into a cell. */
export function briefOf(count: number): string {
  if (count < 1_000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1_000, 'k'] : [count / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}${unit}`;
}
