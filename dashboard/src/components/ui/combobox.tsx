import clsx from 'clsx';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import type { Choice } from './choice.ts';
import { Input } from './field.tsx';
import { Popover } from './popover.tsx';

interface ComboboxProps {
  /** The button that opens it. */
  readonly trigger: ReactNode;
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (value: string) => void;
  /** What may be chosen beside, for what was typed. */
  readonly more?: (text: string) => readonly Choice[];
  readonly onSearch?: (text: string) => void;
  readonly isLoading?: boolean;
  readonly startsOpen?: boolean;
  /** See `Popover`. */
  readonly onClosed?: (event: Event) => void;
}

const SHOWN_MAX = 200;

/** One of many, found by typing. Arrow keys move, Enter chooses, Escape closes. */
export function Combobox({ trigger, startsOpen = false, onClosed, ...rest }: ComboboxProps) {
  const [isOpen, setIsOpen] = useState(startsOpen);
  return (
    <Popover
      label={rest.label}
      trigger={trigger}
      {...(onClosed === undefined ? {} : { onClosed })}
      open={isOpen}
      onOpenChange={setIsOpen}
      className="w-80 p-0!"
    >
      <Choosing {...rest} onClose={() => setIsOpen(false)} />
    </Popover>
  );
}

type ChoosingProps = Omit<ComboboxProps, 'trigger' | 'startsOpen' | 'onClosed'> & {
  readonly onClose: () => void;
};

function Choosing(props: ChoosingProps) {
  const { label, choices, onChoose, more, onSearch, isLoading = false, onClose } = props;
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const wanted = text.trim().toLowerCase();
  const found = choices.filter(({ label: name, value, group = '' }) =>
    [name, value, group].some((part) => part.toLowerCase().includes(wanted)),
  );
  const shown = [
    ...found.slice(0, SHOWN_MAX),
    ...(wanted === '' ? [] : (more?.(text.trim()) ?? [])),
  ];
  const at = Math.min(active, shown.length - 1);
  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    onClose();
    onChoose(choice.value);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      setActive((at + step + shown.length) % shown.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(shown[at]);
    }
  };
  return (
    <>
      <div className="sticky top-0 z-10 border-b bg-panel p-2">
        <Input
          role="combobox"
          aria-label={label}
          aria-expanded
          aria-controls={`${id}list`}
          aria-activedescendant={shown.length === 0 ? undefined : `${id}${at}`}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder="Type to find"
          value={text}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            onSearch?.(event.target.value);
          }}
        />
      </div>
      <div
        id={`${id}list`}
        role="listbox"
        aria-label={label}
        className="max-h-80 overflow-y-auto p-1"
      >
        {shown.map((choice, index) => (
          <Line
            key={`${choice.group ?? ''} ${choice.value}`}
            id={`${id}${index}`}
            choice={choice}
            isActive={index === at}
            heading={choice.group === shown[index - 1]?.group ? undefined : choice.group}
            onChoose={() => choose(choice)}
          />
        ))}
      </div>
      {shown.length === 0 && (
        <p role="status" className="px-3 pb-3 text-muted">
          {isLoading ? 'Loading…' : 'Nothing found.'}
        </p>
      )}
    </>
  );
}

const showsItself = (line: HTMLElement | null): void => line?.scrollIntoView({ block: 'nearest' });

interface LineProps {
  readonly id: string;
  readonly choice: Choice;
  readonly isActive: boolean;
  readonly heading: string | undefined;
  readonly onChoose: () => void;
}

function Line({ id, choice, isActive, heading, onChoose }: LineProps) {
  return (
    <>
      {heading !== undefined && (
        <div role="presentation" className="px-2 pt-2 pb-1 text-xs font-medium text-muted">
          {heading}
        </div>
      )}
      {/* The focus stays in the field; the keys are handled there. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
      <div
        id={id}
        role="option"
        ref={isActive ? showsItself : undefined}
        aria-selected={isActive}
        onClick={onChoose}
        className={clsx(
          'flex min-h-9 cursor-pointer items-center justify-between gap-3 rounded-ui px-2 wide:min-h-7',
          isActive ? 'bg-accent-wash' : 'hover:bg-sunken',
        )}
      >
        <span className="min-w-0 truncate">{choice.label}</span>
        {choice.hint !== undefined && (
          <span className="min-w-0 shrink-[3] truncate text-xs text-muted">{choice.hint}</span>
        )}
      </div>
    </>
  );
}
