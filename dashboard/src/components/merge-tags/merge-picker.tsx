import clsx from 'clsx';
import Braces from 'lucide-react/icons/braces';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Input } from '../ui/field.tsx';
import { Popover } from '../ui/popover.tsx';
import { useMergeOptions, optionsFor, type MergeOption } from './merge-options.ts';
import { cleanFallback, MERGE_NAME, shortNameOf, type MergeTag } from './merge-tag.ts';

const SHOWN_MAX = 60;

interface MergePickerProps {
  readonly onPick: (tag: MergeTag) => void;
  /** What the value goes into, for the name of the button: "subject". */
  readonly into: string;
  readonly disabled?: boolean;
  readonly className?: string;
}

/** A button that opens the values of people, events and the workspace, to be merged in. */
export function MergePicker({ onPick, into, disabled = false, className = '' }: MergePickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover
      open={isOpen}
      onOpenChange={setIsOpen}
      label="Values"
      className="w-80 p-0!"
      trigger={
        <Button
          look="bare"
          square
          disabled={disabled}
          aria-label={`Merge a value into the ${into}`}
          title="Merge a value"
          className={className}
        >
          <Braces size={15} aria-hidden />
        </Button>
      }
    >
      <Picking
        onPick={(tag) => {
          setIsOpen(false);
          onPick(tag);
        }}
      />
    </Popover>
  );
}

/** First what, then what stands for it where it is missing. */
function Picking({ onPick }: Pick<MergePickerProps, 'onPick'>) {
  const [name, setName] = useState<string | null>(null);
  return name === null ? (
    <Names onName={setName} />
  ) : (
    <Fallback name={name} onBack={() => setName(null)} onPick={onPick} />
  );
}

function Names({ onName }: { readonly onName: (name: string) => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { options, isPending } = useMergeOptions(true);
  const found = optionsFor(options, text).slice(0, SHOWN_MAX);
  const own = text.trim();
  const isNew =
    own.includes('.') && MERGE_NAME.test(own) && !options.some(({ name }) => name === own);
  const shown = isNew ? [...found, { name: own, group: 'As typed', example: null }] : found;
  const current = Math.min(at, shown.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(current + step, shown.length - 1)));
      const next = document.getElementById(`${id}${current + step}`);
      next?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = shown[current];
      if (chosen !== undefined) onName(chosen.name);
    }
  };
  return (
    <div className="grid">
      <div className="p-2">
        <Input
          role="combobox"
          aria-label="Find a value"
          aria-expanded
          aria-controls={`${id}list`}
          {...(shown.length === 0 ? {} : { 'aria-activedescendant': `${id}${current}` })}
          placeholder="Find a value: name, plan, …"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul
        id={`${id}list`}
        role="listbox"
        aria-label="Values"
        className="max-h-72 overflow-y-auto border-t p-1"
      >
        {shown.map((option, index) => (
          <OptionRow
            key={`${option.group} ${option.name}`}
            id={`${id}${index}`}
            option={option}
            isFirst={option.group !== shown[index - 1]?.group}
            isCurrent={index === current}
            onName={onName}
          />
        ))}
      </ul>
      {shown.length === 0 && (
        <p className="px-3 pb-3 text-sm text-muted" role="status">
          {isPending
            ? 'Loading…'
            : 'Nothing is known by this name. A full name such as user.plan can be typed.'}
        </p>
      )}
    </div>
  );
}

interface OptionRowProps {
  readonly id: string;
  readonly option: MergeOption;
  readonly isFirst: boolean;
  readonly isCurrent: boolean;
  readonly onName: (name: string) => void;
}

/** The keyboard moves in the list from the field above it. */
function OptionRow({ id, option, isFirst, isCurrent, onName }: OptionRowProps) {
  const { name, group, example } = option;
  return (
    <>
      {isFirst && (
        <li role="presentation" className="px-2 pt-2 pb-1 text-xs font-medium text-muted">
          {group}
        </li>
      )}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events */}
      <li
        id={id}
        role="option"
        aria-selected={isCurrent}
        onClick={() => onName(name)}
        className={clsx(
          'flex min-h-9 cursor-pointer items-baseline justify-between gap-3 rounded-ui px-2 py-1.5',
          'hover:bg-sunken wide:min-h-7',
          isCurrent && 'bg-sunken',
        )}
      >
        <span className="font-mono text-sm break-all">{name}</span>
        {example !== null && (
          <span className="max-w-32 shrink-0 truncate text-sm text-muted">{example}</span>
        )}
      </li>
    </>
  );
}

interface FallbackProps extends Pick<MergePickerProps, 'onPick'> {
  readonly name: string;
  readonly onBack: () => void;
}

function Fallback({ name, onBack, onPick }: FallbackProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [fallback, setFallback] = useState('');
  // The list that had the focus is gone.
  useEffect(() => input.current?.focus(), []);
  return (
    <form
      className="grid gap-3 p-3"
      onSubmit={(event) => {
        // The editor around it may stand in a form of its own.
        event.preventDefault();
        event.stopPropagation();
        onPick({ name, fallback: cleanFallback(fallback) });
      }}
    >
      <div className="grid gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          Where a person has no <span className="font-mono">{shortNameOf(name)}</span>, say
        </label>
        <Input
          id={id}
          ref={input}
          value={fallback}
          placeholder="nothing"
          onChange={(event) => setFallback(event.target.value)}
        />
      </div>
      <div className="flex justify-between gap-2">
        <Button look="bare" onClick={onBack}>
          Another value
        </Button>
        <Button look="primary" type="submit">
          Insert
        </Button>
      </div>
    </form>
  );
}
