import { MESSAGE_STATUSES, type MessageStatus } from '@milepost/sdk';
import clsx from 'clsx';
import { useAsk } from '../../api/ask.ts';
import { STATUS_WORDS } from '../../components/message-status.ts';
import { countOf } from '../../components/number.ts';

interface StatusTabsProps {
  readonly status: MessageStatus | null;
  readonly seriesId: string;
  readonly onChange: (status: MessageStatus | null) => void;
}

/** What waits for a decision stands first: on a phone the others are out of sight. */
const ORDER: readonly MessageStatus[] = [
  'in_doubt',
  ...MESSAGE_STATUSES.filter((status) => status !== 'in_doubt'),
];

/** The states that messages are in, with how many are in each. */
export function StatusTabs({ status, seriesId, onChange }: StatusTabsProps) {
  const { data } = useAsk(
    'GET /messages/counts',
    { query: seriesId === '' ? {} : { series_id: seriesId } },
    { keepsPrevious: true },
  );
  return (
    <div role="group" aria-label="State" className="-mx-4 flex gap-1 overflow-x-auto px-4 py-0.5">
      <Choice label="All" isOn={status === null} onChoose={() => onChange(null)} />
      {ORDER.map((known) => {
        const counted = data?.counts[known];
        return (
          <Choice
            key={known}
            label={STATUS_WORDS[known].word}
            count={
              counted === undefined
                ? null
                : `${countOf(counted.count)}${counted.is_exact ? '' : '+'}`
            }
            isLoud={known === 'in_doubt' && (counted?.count ?? 0) > 0}
            isOn={status === known}
            onChoose={() => onChange(known)}
          />
        );
      })}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly count?: string | null;
  readonly isLoud?: boolean;
  readonly isOn: boolean;
  readonly onChoose: () => void;
}

function Choice({ label, count, isLoud = false, isOn, onChoose }: ChoiceProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onChoose}
      className={clsx(
        'flex h-9 shrink-0 items-center gap-1.5 rounded-ui border px-2.5 whitespace-nowrap wide:h-7',
        isOn ? 'border-ink bg-ink text-paper' : 'border-line bg-panel hover:bg-sunken',
      )}
    >
      <span className="first-letter:uppercase">{label}</span>
      {count !== undefined && (
        <span
          data-tabular=""
          className={clsx(
            'min-w-2 text-sm',
            isOn ? '' : isLoud ? 'font-semibold text-accent' : 'text-muted',
          )}
        >
          {count ?? '·'}
        </span>
      )}
    </button>
  );
}
