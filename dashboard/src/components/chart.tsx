import 'uplot/dist/uPlot.min.css';
import { useEffect, useId, useRef, useState } from 'react';
import UPlot from 'uplot';
import { useTheme } from '../app/theme.ts';
import { Button } from './ui/button.tsx';
import { ChartTable } from './chart-table.tsx';

export interface ChartLine {
  readonly name: string;
  /** One for each instant; null where there is nothing to show. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  /** What is shown: "Messages a day". */
  readonly title: string;
  /** ISO 8601, in order. */
  readonly at: readonly string[];
  /** At most five: lines are told apart by ink, accent and dashes, not by hue alone. */
  readonly lines: readonly ChartLine[];
  /** How a value is said; whole numbers, if left out. */
  readonly wordsOf?: (value: number) => string;
  /** How an instant is said in the table. */
  readonly atWordsOf?: (at: string) => string;
}

const HEIGHT_PX = 220;
const STYLES: readonly { readonly ink: string; readonly dash: readonly number[] }[] = [
  { ink: '--accent', dash: [] },
  { ink: '--ink', dash: [] },
  { ink: '--muted', dash: [6, 4] },
  { ink: '--fault', dash: [] },
  { ink: '--fault', dash: [2, 3] },
];
const whole = new Intl.NumberFormat('en');
const dayAndMonth = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const wholeOf = (value: number): string => whole.format(value);

/** Numbers over time, as lines and, for who wants or needs it, as a table. */
export function Chart(props: ChartProps) {
  const { title, at, lines, wordsOf = wholeOf, atWordsOf } = props;
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [showsTable, setShowsTable] = useState(false);
  const id = useId();

  useEffect(() => {
    const element = place.current;
    if (element === null || showsTable) return undefined;
    const plot = new UPlot(
      optionsOf(element, lines, wordsOf),
      [at.map((instant) => Date.parse(instant) / 1000), ...lines.map(({ values }) => [...values])],
      element,
    );
    const follow = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    follow.observe(element);
    return () => {
      follow.disconnect();
      plot.destroy();
    };
    // The colours of the page are read anew when the theme changes.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [at, lines, wordsOf, theme, showsTable]);

  return (
    <figure className="grid min-w-0 gap-2" aria-labelledby={id}>
      <figcaption className="flex flex-wrap items-center justify-between gap-2">
        <span id={id} className="font-semibold">
          {title}
        </span>
        <Legend lines={lines} />
        <Button
          look="bare"
          className="-mr-2 px-2 text-sm"
          onClick={() => setShowsTable(!showsTable)}
        >
          {showsTable ? 'Show lines' : 'Show table'}
        </Button>
      </figcaption>
      {showsTable ? (
        <ChartTable
          title={title}
          at={at}
          lines={lines}
          wordsOf={wordsOf}
          {...(atWordsOf === undefined ? {} : { atWordsOf })}
        />
      ) : (
        <div ref={place} aria-hidden className="min-h-55 min-w-0" />
      )}
    </figure>
  );
}

function Legend({ lines }: { readonly lines: readonly ChartLine[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm text-muted">
      {lines.map(({ name }, index) => {
        const { ink, dash } = STYLES[index % STYLES.length] ?? { ink: '--ink', dash: [] };
        return (
          <li key={name} className="flex items-center gap-1.5">
            <svg viewBox="0 0 20 2" className="h-0.5 w-5" aria-hidden>
              <line
                x2="20"
                y1="1"
                y2="1"
                stroke={`var(${ink})`}
                strokeWidth="2"
                strokeDasharray={dash.join(' ')}
              />
            </svg>
            {name}
          </li>
        );
      })}
    </ul>
  );
}

/** Colours come from the page, so that light and dark are one. */
function optionsOf(
  element: HTMLElement,
  lines: readonly ChartLine[],
  wordsOf: (value: number) => string,
): UPlot.Options {
  const inkOf = (name: string): string => {
    const probe = document.createElement('span');
    probe.style.color = `var(${name})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const axis = {
    stroke: inkOf('--muted'),
    grid: { stroke: inkOf('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    // Days are dates, not instants of the viewer's zone.
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_plot, _min, max) => [0, max <= 0 ? 1 : max * 1.1] } },
    axes: [
      {
        ...axis,
        size: 28,
        values: (_plot, seconds) => seconds.map((at) => dayAndMonth.format(at * 1000)),
      },
      { ...axis, size: 44, values: (_plot, values) => values.map(wordsOf) },
    ],
    series: [
      {},
      ...lines.map(({ name }, index) => {
        const { ink, dash } = STYLES[index % STYLES.length] ?? { ink: '--ink', dash: [] };
        return {
          label: name,
          stroke: inkOf(ink),
          width: 1.5,
          dash: [...dash],
          points: { show: lines[index]?.values.length === 1 },
        };
      }),
    ],
  };
}
