import clsx from 'clsx';
import Check from 'lucide-react/icons/check';
import CircleAlert from 'lucide-react/icons/circle-alert';
import Clock from 'lucide-react/icons/clock';
import SkipForward from 'lucide-react/icons/skip-forward';
import X from 'lucide-react/icons/x';
import { countOf } from '../../../components/number.ts';
import { type Card, countWordsOf, type StepCount } from './cards.ts';
import { typeWordsOf } from './step-types.ts';

/** Type, title and day of a step, and what is to be known of it at a glance. */
export function StepFace({ card }: { readonly card: Card }) {
  const { step, title, day, faultCount, isChanged, more } = card;
  const { Icon, name } = typeWordsOf(step.type);
  return (
    <span className="flex min-w-0 items-start gap-2.5 text-left">
      <span
        className={clsx(
          'grid size-8 shrink-0 place-items-center rounded-ui',
          step.type === 'email' ? 'bg-accent-wash text-accent' : 'bg-sunken text-ink',
        )}
      >
        <Icon size={16} aria-hidden />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate leading-4.5 font-medium" title={title}>
          {title}
        </span>
        <span className="sr-only">, </span>
        <span className="block truncate text-xs text-muted" data-tabular="">
          {day ?? name}
        </span>
        <span className="sr-only">, {more}</span>
      </span>
      {isChanged && (
        <span
          title="Changed since it was published"
          className="mt-1 size-2 shrink-0 rounded-full bg-accent"
        />
      )}
      {faultCount > 0 && (
        <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-fault" />
      )}
    </span>
  );
}

const COUNTS = [
  { name: 'waiting', Icon: Clock },
  { name: 'passed', Icon: Check },
  { name: 'skipped', Icon: SkipForward },
  { name: 'failed', Icon: X },
] as const;

interface StepCountsProps {
  readonly counts: StepCount | null;
  readonly onOpen: () => void;
  readonly isTabStop?: boolean;
}

/** Who is at a step and what became of those who were; leads to the people. */
export function StepCounts({ counts, onOpen, isTabStop = false }: StepCountsProps) {
  const words = countWordsOf(counts);
  const values = {
    ...ZERO,
    ...counts,
    waiting: (counts?.waiting ?? 0) + (counts?.processing ?? 0),
  };
  return (
    <button
      type="button"
      tabIndex={isTabStop ? 0 : -1}
      title={words.join(', ')}
      onClick={onOpen}
      className="nodrag flex h-7 w-full items-center gap-3 border-t px-2.5 text-xs text-muted hover:bg-sunken"
    >
      <span className="sr-only">People at this step: </span>
      {COUNTS.map(({ name, Icon }) => (
        <span
          key={name}
          data-tabular=""
          className={clsx(
            'flex items-center gap-1',
            name === 'waiting' && values.waiting > 0 && 'font-semibold text-ink',
            name === 'failed' && values.failed > 0 && 'font-semibold text-fault',
          )}
        >
          <Icon size={12} aria-hidden />
          {countOf(values[name])}
          <span className="sr-only"> {name}</span>
        </span>
      ))}
    </button>
  );
}

const ZERO = { waiting: 0, processing: 0, passed: 0, skipped: 0, failed: 0 };
