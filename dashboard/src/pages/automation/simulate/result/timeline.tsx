import X from 'lucide-react/icons/x';
import { useState } from 'react';
import { Instant } from '../../../../components/instant.tsx';
import { countedOf, countOf } from '../../../../components/number.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { Input, Select } from '../../../../components/ui/field.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../../components/ui/table.tsx';
import { dayWords } from '../../rules/week.ts';
import type { Outcome } from '../use-simulation.ts';
import { OWN } from './hours.tsx';
import { LineWords } from './line-words.tsx';
import { EVERY_LINE, type Line, type LineFilter, linesOf, localHourOf } from './result.ts';
import { WHAT } from './words.ts';

const SHOWN = 100;

interface TimelineProps {
  readonly outcome: Outcome;
  readonly clock: string;
  readonly filter: LineFilter;
  readonly onFilter: (filter: LineFilter) => void;
  /** Opens a person at a line of theirs. */
  readonly onPerson: (line: Line) => void;
}

/** Everything that happens, in order. */
export function Timeline({ outcome, clock, filter, onFilter, onPerson }: TimelineProps) {
  const [shown, setShown] = useState(SHOWN);
  const { simulation, zoneOf, timezone } = outcome;
  const zoneOfLine = (line: Line): string =>
    clock === OWN ? (zoneOf(line.user_id) ?? timezone) : clock;
  const lines = linesOf(simulation.timeline, filter, (line) =>
    localHourOf(line.at, zoneOfLine(line)),
  );
  return (
    <section aria-label="Timeline" className="grid min-w-0 grid-cols-1 gap-2">
      <Filters outcome={outcome} filter={filter} onFilter={onFilter} />
      <p role="status" className="text-sm text-muted">
        {countedOf(lines.length, 'line', 'lines')}
        {lines.length < simulation.timeline.length && ` of ${countOf(simulation.timeline.length)}`},
        on the clock {clock === OWN ? 'of each person' : `in ${clock}`}
      </p>
      {lines.length > 0 && (
        <Table label="Lines">
          <TableHead>
            <HeadCell>When</HeadCell>
            <HeadCell>Person</HeadCell>
            <HeadCell>What</HeadCell>
          </TableHead>
          <tbody>
            {lines.slice(0, shown).map((line, index) => (
              <Row key={index}>
                <Cell className="min-w-28 text-muted wide:whitespace-nowrap" data-tabular="">
                  <Instant at={line.at} zone={zoneOfLine(line)} />
                </Cell>
                <Cell className="whitespace-nowrap">
                  <button
                    type="button"
                    className="min-h-6 text-accent underline-offset-2 hover:underline"
                    onClick={() => onPerson(line)}
                  >
                    {line.user_id}
                  </button>
                </Cell>
                <Cell className="min-w-44 wide:min-w-64">
                  <LineWords line={line} outcome={outcome} zone={zoneOfLine(line)} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      {lines.length > shown && (
        <Button className="justify-self-start" onClick={() => setShown(shown + SHOWN)}>
          Show {countOf(Math.min(SHOWN, lines.length - shown))} more
        </Button>
      )}
    </section>
  );
}

type FiltersProps = Pick<TimelineProps, 'outcome' | 'filter' | 'onFilter'>;

function Filters({ outcome, filter, onFilter }: FiltersProps) {
  const { simulation, titleOfStep } = outcome;
  const put = (change: Partial<LineFilter>): void => onFilter({ ...filter, ...change });
  const isNarrowed = Object.entries(EVERY_LINE).some(
    ([key, value]) => filter[key as keyof LineFilter] !== value,
  );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        type="search"
        aria-label="Person"
        placeholder="Person"
        className="w-40!"
        value={filter.person}
        onChange={({ target }) => put({ person: target.value })}
      />
      <Select
        aria-label="What happened"
        className="w-auto!"
        value={filter.what}
        onChange={({ target }) => put({ what: target.value })}
      >
        <option value="">Everything</option>
        {Object.entries(WHAT)
          .filter(([what]) => simulation.totals.counts[what] !== undefined)
          .map(([what, name]) => (
            <option key={what} value={what}>
              {name}
            </option>
          ))}
      </Select>
      <Select
        aria-label="Step"
        className="w-56!"
        value={filter.stepId}
        onChange={({ target }) => put({ stepId: target.value })}
      >
        <option value="">Every step</option>
        {simulation.totals.steps.map(({ step_id: id }) => (
          <option key={id} value={id}>
            {titleOfStep(id)}
          </option>
        ))}
      </Select>
      {filter.hour !== null && (
        <Button onClick={() => put({ hour: null })}>
          {dayWords(filter.hour.day)}, {String(filter.hour.hour).padStart(2, '0')}:00
          <X size={14} aria-label="Every hour" />
        </Button>
      )}
      {isNarrowed && (
        <Button look="bare" onClick={() => onFilter(EVERY_LINE)}>
          Show all
        </Button>
      )}
    </div>
  );
}
