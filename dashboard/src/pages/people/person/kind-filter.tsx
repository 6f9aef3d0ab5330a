import clsx from 'clsx';
import { KIND_CHOICES } from './kinds.ts';

interface KindFilterProps {
  /** The chosen names with commas between; '' is everything. */
  readonly only: string;
  readonly onChange: (only: string) => void;
}

/** Of what kinds a timeline tells. */
export function KindFilter({ only, onChange }: KindFilterProps) {
  const chosen = only.split(',').filter((name) => name !== '');
  return (
    <div role="group" aria-label="Show only" className="flex flex-wrap gap-1">
      {KIND_CHOICES.map(({ name, label }) => {
        const isOn = chosen.includes(name);
        return (
          <button
            key={name}
            type="button"
            aria-pressed={isOn}
            onClick={() =>
              onChange((isOn ? chosen.filter((one) => one !== name) : [...chosen, name]).join(','))
            }
            className={clsx(
              'h-8 rounded-ui border px-2 text-sm wide:h-6.5',
              isOn ? 'border-ink bg-ink text-paper' : 'border-line text-muted hover:text-ink',
            )}
          >
            {label}
          </button>
        );
      })}
    </div>
  );
}
