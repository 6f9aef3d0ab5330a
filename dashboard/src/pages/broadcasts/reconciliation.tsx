import type { Answer } from '@milepost/sdk';
import { countOf } from '../../components/number.ts';

type Counts = Answer<'GET /broadcasts/{id}/audience_count'>;

/** Why somebody who matches does not get it; each person is in one line, the first that fits. */
const LEFT_OUT: readonly (readonly [keyof Counts, string])[] = [
  ['no_address', 'have no address'],
  ['invalid_address', 'have no valid address'],
  ['suppressed', 'are suppressed'],
  ['unsubscribed', 'are unsubscribed, or not on the list'],
  ['duplicate_address', 'share an address with somebody who gets it'],
  ['capped', 'have had as many emails as the cap allows'],
  ['already_past', 'would have had it at a time that is past'],
];

interface ReconciliationProps {
  readonly audience: Counts;
  readonly isBehind?: boolean;
}

/** From who matches to who gets it: the lines add up. */
export function Reconciliation({ audience, isBehind = false }: ReconciliationProps) {
  return (
    <section
      aria-label="Whom it reaches"
      aria-busy={isBehind}
      className="rounded-ui border bg-panel pb-1"
    >
      <h2 className="border-b px-4 py-2 text-sm font-medium text-muted">Whom it reaches</h2>
      <Line count={audience.matched} words="match" isStrong />
      {LEFT_OUT.map(([name, words]) =>
        audience[name] === 0 ? null : <Line key={name} count={-audience[name]} words={words} />,
      )}
      <div className="mt-1 border-t">
        <Line count={audience.will_send} words="get it" isStrong />
      </div>
    </section>
  );
}

interface LineProps {
  readonly count: number;
  readonly words: string;
  readonly isStrong?: boolean;
}

function Line({ count, words, isStrong = false }: LineProps) {
  return (
    <p
      className={
        isStrong ? 'flex gap-3 px-4 py-2 font-semibold' : 'flex gap-3 px-4 py-1 text-muted'
      }
    >
      <span className="min-w-20 text-right" data-tabular="">
        {count < 0 ? `− ${countOf(-count)}` : countOf(count)}
      </span>{' '}
      {words}
    </p>
  );
}
