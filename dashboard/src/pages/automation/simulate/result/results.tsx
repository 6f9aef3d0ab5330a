import { useMemo, useState } from 'react';
import { Instant } from '../../../../components/instant.tsx';
import { countedOf } from '../../../../components/number.ts';
import { Notice } from '../../../../components/ui/notice.tsx';
import { Segmented } from '../../../../components/ui/segmented.tsx';
import type { Outcome } from '../use-simulation.ts';
import { Hours, OWN } from './hours.tsx';
import { Person } from './person.tsx';
import { EVERY_LINE, type Line, type LineFilter, peopleOf } from './result.ts';
import { StepsTable } from './steps-table.tsx';
import { Summary } from './summary.tsx';
import { Timeline } from './timeline.tsx';

type View = 'overview' | 'timeline' | 'person';

interface ResultsProps {
  readonly outcome: Outcome;
  /** The draft is not what was simulated any more. */
  readonly isStale: boolean;
}

/** What came of a simulation: in all, line by line, and for one person. */
export function Results({ outcome, isStale }: ResultsProps) {
  const { simulation, zones, timezone } = outcome;
  const [view, setView] = useState<View>('overview');
  const [clock, setClock] = useState(zones.length > 0 ? OWN : timezone);
  const [filter, setFilter] = useState<LineFilter>(EVERY_LINE);
  const people = useMemo(() => peopleOf(simulation.timeline), [simulation]);
  const [person, setPerson] = useState<{ readonly id: string; readonly at: number } | null>(null);
  const shown = person ?? { id: [...people.keys()][0] ?? '', at: 0 };
  const look = (next: Partial<LineFilter>): void => {
    setFilter({ ...EVERY_LINE, ...next });
    setView('timeline');
  };
  const open = (line: Line): void => {
    setPerson({ id: line.user_id, at: people.get(line.user_id)?.indexOf(line) ?? 0 });
    setView('person');
  };
  return (
    <div className="grid min-w-0 grid-cols-1 content-start gap-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-muted">
          {countedOf(simulation.people, 'person', 'people')} from{' '}
          <Instant at={simulation.start} zone={timezone} /> to{' '}
          <Instant at={simulation.end} zone={timezone} /> in {timezone}
        </p>
        <Segmented<View>
          label="View"
          value={view}
          segments={[
            { value: 'overview', label: 'Overview' },
            { value: 'timeline', label: 'Timeline', disabled: people.size === 0 },
            { value: 'person', label: 'One person', disabled: people.size === 0 },
          ]}
          onChange={setView}
        />
      </div>
      {isStale && (
        <Notice title="The draft or the form has changed since">
          <p className="text-muted">Simulate again to see what it does now.</p>
        </Notice>
      )}
      {view === 'overview' && (
        <>
          <Summary outcome={outcome} />
          {(simulation.totals.counts['entered'] ?? 0) > 0 && (
            <>
              <Hours
                outcome={outcome}
                clock={clock}
                onClock={setClock}
                selected={filter.hour}
                onSelect={(hour) => look({ hour, what: 'sent' })}
              />
              <StepsTable outcome={outcome} onChoose={(stepId) => look({ stepId })} />
            </>
          )}
        </>
      )}
      {view === 'timeline' && (
        <Timeline
          outcome={outcome}
          clock={clock}
          filter={filter}
          onFilter={setFilter}
          onPerson={open}
        />
      )}
      {view === 'person' && (
        <Person
          outcome={outcome}
          people={people}
          userId={shown.id}
          at={shown.at}
          onMove={(id, at) => setPerson({ id, at })}
        />
      )}
    </div>
  );
}
