import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import clsx from 'clsx';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useAsk } from '../../../../api/ask.ts';
import { viewerZone } from '../../../../app/time.ts';
import { Instant, WithInstants } from '../../../../components/instant.tsx';
import { Post, Trail } from '../../../../components/message/trail.tsx';
import { ruleTitle } from '../../../../components/message/why-words.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { Select } from '../../../../components/ui/field.tsx';
import type { Outcome } from '../use-simulation.ts';
import { LineWords } from './line-words.tsx';
import type { Line } from './result.ts';
import { branchWords } from './words.ts';

interface PersonProps {
  readonly outcome: Outcome;
  readonly people: ReadonlyMap<string, readonly Line[]>;
  readonly userId: string;
  /** Which of the person's lines. */
  readonly at: number;
  readonly onMove: (userId: string, at: number) => void;
}

/** One person, step by step: what happens, when on their own clock, and why. */
export function Person({ outcome, people, userId, at, onMove }: PersonProps) {
  const ids = [...people.keys()];
  const lines = people.get(userId) ?? [];
  const index = ids.indexOf(userId);
  const zone = useZoneOf(outcome, userId);
  const current = lines[at];
  return (
    <section aria-label="One person" className="grid min-w-0 grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Step label="Previous person" isBack to={ids[index - 1]} onGo={(id) => onMove(id, 0)} />
        <Select
          aria-label="Person"
          className="w-auto! max-w-64"
          value={userId}
          onChange={({ target }) => onMove(target.value, 0)}
        >
          {ids.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </Select>
        <Step label="Next person" to={ids[index + 1]} onGo={(id) => onMove(id, 0)} />
        <span className="text-sm text-muted">
          {index + 1} of {ids.length} · their clock: {zone}
        </span>
      </div>
      <div className="grid min-w-0 grid-cols-1 items-start gap-4 wide:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Lines
          outcome={outcome}
          lines={lines}
          at={at}
          zone={zone}
          onMove={(next) => onMove(userId, next)}
        />
        {current !== undefined && (
          <div className="grid min-w-0 grid-cols-1 content-start gap-3 rounded-ui border bg-panel p-4 wide:sticky wide:top-4">
            <div className="flex items-center gap-2">
              <Button disabled={at === 0} onClick={() => onMove(userId, at - 1)}>
                <ChevronLeft size={15} aria-hidden />
                Previous
              </Button>
              <Button disabled={at >= lines.length - 1} onClick={() => onMove(userId, at + 1)}>
                Next
                <ChevronRight size={15} aria-hidden />
              </Button>
              <span className="text-sm text-muted" data-tabular="">
                {at + 1} of {lines.length}
              </span>
            </div>
            <Detail outcome={outcome} line={current} zone={zone} />
          </div>
        )}
      </div>
    </section>
  );
}

/** As the form made them up; of a person who exists, as they are now. */
function useZoneOf({ zoneOf, timezone, isMadeUp }: Outcome, userId: string): string {
  const known = useAsk(
    'GET /users/{user_id}',
    { path: { user_id: userId } },
    { enabled: !isMadeUp },
  );
  return zoneOf(userId) ?? known.data?.timezone ?? timezone;
}

interface StepProps {
  readonly label: string;
  readonly isBack?: boolean;
  readonly to: string | undefined;
  readonly onGo: (id: string) => void;
}

function Step({ label, isBack = false, to, onGo }: StepProps) {
  const Icon = isBack ? ChevronLeft : ChevronRight;
  return (
    <Button
      square
      aria-label={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && onGo(to)}
    >
      <Icon size={15} aria-hidden />
    </Button>
  );
}

interface LinesProps {
  readonly outcome: Outcome;
  readonly lines: readonly Line[];
  readonly at: number;
  readonly zone: string;
  readonly onMove: (at: number) => void;
}

/** All lines of the person; arrow keys move through them. */
function Lines({ outcome, lines, at, zone, onMove }: LinesProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = by === undefined ? undefined : lines[at + by];
    if (by === undefined || next === undefined) return;
    event.preventDefault();
    onMove(at + by);
    list.current?.querySelectorAll('button')[at + by]?.focus();
  };
  return (
    <ol
      ref={list}
      aria-label="What happens to them"
      className="grid max-h-80 min-w-0 content-start overflow-y-auto rounded-ui border bg-panel wide:max-h-[32rem]"
    >
      {lines.map((line, index) => (
        <li key={index} className="border-b last:border-b-0">
          <button
            type="button"
            // One stop of Tab; the arrow keys reach the others.
            tabIndex={index === at ? 0 : -1}
            aria-current={index === at ? 'step' : undefined}
            onKeyDown={onKeyDown}
            onClick={() => onMove(index)}
            className={clsx(
              'grid w-full px-3 py-2 text-left -outline-offset-2',
              index === at ? 'bg-accent-wash' : 'hover:bg-sunken',
            )}
          >
            <span className="text-xs text-muted">
              <Instant at={line.at} zone={zone} />
            </span>
            <span>
              <LineWords line={line} outcome={outcome} zone={zone} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

interface DetailProps {
  readonly outcome: Outcome;
  readonly line: Line;
  readonly zone: string;
}

/** One line with the rules that made it. */
function Detail({ outcome, line, zone }: DetailProps) {
  const { at, to, branch, reasons = [] } = line;
  const zones = [...new Set([zone, viewerZone])];
  return (
    <div aria-live="polite" className="grid min-w-0 gap-3">
      <p>
        <LineWords line={line} outcome={outcome} zone={zone} />
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {zones.map((one) => (
          <div key={one} className="contents">
            <dt className="text-muted">{one === zone ? 'On their clock' : 'On yours'}</dt>
            <dd>
              <Instant at={at} zone={one} />
            </dd>
          </div>
        ))}
        {to !== null && (
          <div className="contents">
            <dt className="text-muted">Leads to</dt>
            <dd className="min-w-0 truncate">
              {branch !== null && `${branchWords(branch)}: `}
              {outcome.titleOfStep(to)}
            </dd>
          </div>
        )}
      </dl>
      <h3 className="text-sm font-medium text-muted">Why</h3>
      {reasons.length === 0 ? (
        <p className="text-muted">No rule decided this.</p>
      ) : (
        <Trail>
          {reasons.map(({ rule, input, outcome: came }, index) => (
            <Post key={index} last={index === reasons.length - 1}>
              <p className="flex flex-wrap gap-x-2">
                <span className="font-medium">{ruleTitle(rule)}</span>
                <span className="min-w-0 text-muted">
                  <WithInstants text={input} zone={zone} />
                </span>
              </p>
              <p>
                <WithInstants text={came} zone={zone} />
              </p>
            </Post>
          ))}
        </Trail>
      )}
    </div>
  );
}
