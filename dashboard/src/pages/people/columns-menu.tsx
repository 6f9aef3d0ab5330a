import Columns3 from 'lucide-react/icons/columns-3';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Checkbox } from '../../components/ui/checkbox.tsx';
import { Input } from '../../components/ui/field.tsx';
import { Popover } from '../../components/ui/popover.tsx';
import type { Property } from '../../components/filter-builder/fields.ts';
import { columnChoices, COLUMNS_MAX, columnWords } from './column.ts';

interface ColumnsMenuProps {
  readonly fields: readonly Property[];
  readonly chosen: readonly string[];
  readonly onChange: (columns: readonly string[]) => void;
}

/** Which columns a list has. */
export function ColumnsMenu({ fields, chosen, onChange }: ColumnsMenuProps) {
  const [text, setText] = useState('');
  // The order of when it was opened, so that nothing moves under the pointer.
  const [order, setOrder] = useState(chosen);
  const wanted = text.trim().toLowerCase();
  const shown = columnChoices(fields, order).filter((field) => field.includes(wanted));
  const isFull = chosen.length >= COLUMNS_MAX;
  return (
    <Popover
      label="Columns"
      onOpenChange={() => setOrder(chosen)}
      trigger={
        <Button>
          <Columns3 size={15} aria-hidden />
          Columns
        </Button>
      }
    >
      <div className="grid gap-2">
        <Input
          aria-label="Find a column"
          placeholder="Find a column"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div
          role="group"
          aria-label="Columns"
          className="grid max-h-80 gap-1 overflow-y-auto p-0.5"
        >
          {shown.map((field) => {
            const isChosen = chosen.includes(field);
            return (
              <Checkbox
                key={field}
                label={columnWords(field)}
                checked={isChosen}
                disabled={!isChosen && isFull}
                onChange={() =>
                  onChange(isChosen ? chosen.filter((one) => one !== field) : [...chosen, field])
                }
              />
            );
          })}
          {shown.length === 0 && <p className="text-muted">Nobody has such a trait.</p>}
        </div>
        {isFull && <p className="text-sm text-muted">At most {COLUMNS_MAX} columns.</p>}
      </div>
    </Popover>
  );
}
