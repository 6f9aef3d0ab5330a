import Plus from 'lucide-react/icons/plus';
import X from 'lucide-react/icons/x';
import { type SubmitEvent, useState } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input, Select } from '../../../components/ui/field.tsx';
import {
  changesOf,
  rowOf,
  TRAIT_TYPES,
  type TraitRow,
  type TraitType,
  valueOf,
} from './trait-rows.ts';

interface OwnField {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
  readonly type?: 'email' | 'number';
}

interface TraitsFormProps {
  readonly fields: readonly OwnField[];
  readonly traits: Readonly<Record<string, unknown>>;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSave: (change: Readonly<Record<string, unknown>>) => void;
  readonly onCancel: () => void;
}

/** Own data as fields, and traits with their types. Only what was changed is written. */
export function TraitsForm(props: TraitsFormProps) {
  const { fields, traits, isPending, error, onSave, onCancel } = props;
  const [own, setOwn] = useState(
    () => new Map(fields.map(({ name, value }) => [name, value ?? ''])),
  );
  const [rows, setRows] = useState(() =>
    Object.entries(traits).map(([name, value], id) => ({ id, ...rowOf(name, value) })),
  );
  const [nextId, setNextId] = useState(rows.length);
  const changes = changesOf(traits, rows);
  const change = (id: number, next: Partial<TraitRow>): void =>
    setRows((all) => all.map((row) => (row.id === id ? { ...row, ...next } : row)));
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (changes === null) return;
    const changed = fields.flatMap(({ name, value, type }) => {
      const text = (own.get(name) ?? '').trim();
      if (text === (value ?? '')) return [];
      const typed = type === 'number' ? Number(text) : text;
      return [[name, text === '' ? null : typed] as const];
    });
    const written = Object.keys(changes).length === 0 ? {} : { traits: changes };
    onSave({ ...Object.fromEntries(changed), ...written });
  };
  return (
    <form className="grid gap-4" onSubmit={onSubmit}>
      <div className="grid gap-3 wide:grid-cols-2">
        {fields.map(({ name, label, type = 'text' }) => (
          <Field key={name} label={label}>
            {(ids) => (
              <Input
                {...ids}
                type={type}
                value={own.get(name) ?? ''}
                onChange={(event) => setOwn((all) => new Map(all).set(name, event.target.value))}
              />
            )}
          </Field>
        ))}
      </div>
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-sm font-medium">Traits</legend>
        {rows.map(({ id, ...row }) => (
          <TraitLine
            key={id}
            row={row}
            isTaken={rows.some((other) => other.id < id && other.name.trim() === row.name.trim())}
            onChange={(next) => change(id, next)}
            onRemove={() => setRows((all) => all.filter((one) => one.id !== id))}
          />
        ))}
        <Button
          className="justify-self-start px-2 text-sm"
          onClick={() => {
            setRows((all) => [...all, { id: nextId, name: '', type: 'text', text: '' }]);
            setNextId(nextId + 1);
          }}
        >
          <Plus size={14} aria-hidden />
          Add a trait
        </Button>
      </fieldset>
      {error !== null && (
        <p role="alert" className="text-sm text-fault">
          {error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" disabled={changes === null || isPending}>
          {isPending ? 'Saving…' : 'Save'}
        </Button>
      </div>
    </form>
  );
}

interface TraitLineProps {
  readonly row: TraitRow;
  readonly isTaken: boolean;
  readonly onChange: (row: Partial<TraitRow>) => void;
  readonly onRemove: () => void;
}

function TraitLine({ row, isTaken, onChange, onRemove }: TraitLineProps) {
  const { name, type, text } = row;
  const read = valueOf(row);
  const fault = isTaken ? 'There is a trait of this name' : 'fault' in read ? read.fault : null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 wide:grid-cols-[minmax(0,2fr)_7rem_minmax(0,3fr)_auto]">
      <Input
        aria-label="Name of the trait"
        placeholder="name"
        className="font-mono"
        aria-invalid={isTaken || undefined}
        value={name}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <Select
        aria-label={`Type of ${name}`}
        value={type}
        onChange={(event) => {
          const next = event.target.value as TraitType;
          onChange({ type: next, ...(next === 'yes or no' ? { text: 'yes' } : {}) });
        }}
      >
        {TRAIT_TYPES.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </Select>
      <div className="grid gap-1">
        {type === 'yes or no' ? (
          <Select
            aria-label={`Value of ${name}`}
            value={text}
            onChange={(event) => onChange({ text: event.target.value })}
          >
            <option>yes</option>
            <option>no</option>
          </Select>
        ) : (
          <Input
            aria-label={`Value of ${name}`}
            type={type === 'date' ? 'date' : 'text'}
            className={type === 'JSON' ? 'font-mono' : ''}
            aria-invalid={fault !== null || undefined}
            value={text}
            onChange={(event) => onChange({ text: event.target.value })}
          />
        )}
        {fault !== null && <p className="text-sm text-fault">{fault}</p>}
      </div>
      <Button look="bare" square aria-label={`Remove the trait ${name}`} onClick={onRemove}>
        <X size={14} aria-hidden />
      </Button>
    </div>
  );
}
