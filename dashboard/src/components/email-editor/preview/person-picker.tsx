import { useDeferredValue, useState } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/field.tsx';
import { Popover } from '../../ui/popover.tsx';
import UserRound from 'lucide-react/icons/user-round';

export interface Person {
  readonly user_id: string;
  readonly email: string | null;
  readonly name: string | null;
}

interface PersonPickerProps {
  /** Null: a made-up person. */
  readonly person: Person | null;
  readonly onPick: (person: Person | null) => void;
}

const SHOWN = 8;

export const personName = ({ name, email, user_id: id }: Person): string => name ?? email ?? id;

/** Whose mail the preview is. */
export function PersonPicker({ person, onPick }: PersonPickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const words = person === null ? 'A made-up person' : personName(person);
  return (
    <Popover
      open={isOpen}
      onOpenChange={setIsOpen}
      label="Preview as"
      className="p-0!"
      trigger={
        <Button className="max-w-56 shrink!" aria-label={`Preview as: ${words}`}>
          <UserRound size={14} aria-hidden className="shrink-0" />
          <span className="truncate">{words}</span>
        </Button>
      }
    >
      <People
        onPick={(next) => {
          setIsOpen(false);
          onPick(next);
        }}
      />
    </Popover>
  );
}

function People({ onPick }: Pick<PersonPickerProps, 'onPick'>) {
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const body = q === '' ? { limit: SHOWN } : { q, limit: SHOWN };
  const { data, isPending, error } = useAsk(
    'POST /users/search',
    { body },
    { keepsPrevious: true },
  );
  const people = data?.data ?? [];
  return (
    <div className="grid">
      <div className="p-2">
        <Input
          type="search"
          aria-label="Find a person"
          placeholder="Email, id or name"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ul aria-label="People" className="max-h-72 overflow-y-auto border-t p-1">
        {people.map((one) => (
          <li key={one.user_id}>
            <PersonButton
              title={personName(one)}
              more={one.name === null ? one.user_id : (one.email ?? one.user_id)}
              onPick={() => onPick(one)}
            />
          </li>
        ))}
        <li>
          <PersonButton
            title="A made-up person"
            more="with sample values"
            onPick={() => onPick(null)}
          />
        </li>
      </ul>
      <p role="status" className="px-3 pb-2 text-sm text-muted empty:hidden">
        {error !== null
          ? error.message
          : isPending
            ? 'Loading…'
            : people.length === 0
              ? 'Nobody is found.'
              : ''}
      </p>
    </div>
  );
}

interface PersonButtonProps {
  readonly title: string;
  readonly more: string;
  readonly onPick: () => void;
}

function PersonButton({ title, more, onPick }: PersonButtonProps) {
  return (
    <button
      type="button"
      onClick={onPick}
      className="grid min-h-10 w-full rounded-ui px-2 py-1 text-left hover:bg-sunken"
    >
      <span className="truncate">{title}</span>
      <span className="truncate text-sm text-muted">{more}</span>
    </button>
  );
}
