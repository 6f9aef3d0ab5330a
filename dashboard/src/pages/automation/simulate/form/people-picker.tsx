import Search from 'lucide-react/icons/search';
import { useState } from 'react';
import { useAsk } from '../../../../api/ask.ts';
import { useSettled } from '../../../../components/filter-builder/use-filter-count.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { Combobox } from '../../../../components/ui/combobox.tsx';

const SHOWN = 20;

interface PeoplePickerProps {
  readonly chosen: readonly string[];
  readonly onPick: (userId: string) => void;
}

/** Finds people by how their email, id or name begins. */
export function PeoplePicker({ chosen, onPick }: PeoplePickerProps) {
  const [text, setText] = useState('');
  const q = useSettled(text.trim());
  const { data, isPending } = useAsk(
    'POST /users/search',
    { body: { limit: SHOWN, ...(q === '' ? {} : { q }) } },
    { keepsPrevious: true },
  );
  const people = (data?.data ?? []).filter(({ user_id: id }) => !chosen.includes(id));
  return (
    <Combobox
      label="Find a person"
      trigger={
        <Button look="bare" className="-ml-2 justify-self-start px-2 text-sm">
          <Search size={14} aria-hidden />
          Find a person
        </Button>
      }
      choices={people.map(({ user_id: id, name, email }) => ({
        value: id,
        label: [name, email].filter((part) => part !== null).join(' · ') || id,
        hint: id,
      }))}
      isLoading={isPending}
      onSearch={setText}
      onChoose={onPick}
    />
  );
}
