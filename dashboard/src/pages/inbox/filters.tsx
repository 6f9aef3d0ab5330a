import { MESSAGE_STATUSES, type MessageStatus } from '@milepost/sdk';
import { go } from '../../app/location.ts';
import { STATUS_WORDS } from '../../components/message-status.ts';
import { Input, Select } from '../../components/ui/field.tsx';

interface FiltersProps {
  readonly findId: string;
  readonly status: MessageStatus | null;
  readonly text: string;
}

export function Filters({ findId, status, text }: FiltersProps) {
  return (
    <search className="grid grid-cols-[1fr_9rem] gap-2 border-b p-3">
      <Input
        id={findId}
        type="search"
        aria-label="Find by user or address"
        placeholder="User or address"
        value={text}
        onChange={(event) => go({ text: event.target.value }, 'replace')}
      />
      <Select
        aria-label="State"
        value={status ?? ''}
        onChange={(event) =>
          go({ status: event.target.value === '' ? null : event.target.value }, 'replace')
        }
      >
        <option value="">Every state</option>
        {MESSAGE_STATUSES.map((one) => (
          <option key={one} value={one}>
            {STATUS_WORDS[one].word}
          </option>
        ))}
      </Select>
    </search>
  );
}
