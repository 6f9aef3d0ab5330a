import type { Answer, Body } from '@milepost/sdk';
import { type SubmitEvent, type ReactNode, useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Checkbox } from '../../components/ui/checkbox.tsx';
import { Field, Input, Select } from '../../components/ui/field.tsx';
import { Textarea } from '../../components/ui/textarea.tsx';
import { useSay } from '../../components/ui/toast.tsx';

type List = Answer<'GET /lists/{id}'>;
type NewList = Body<'POST /lists'>;

interface CreateListFormProps {
  readonly onCancel: () => void;
  readonly onMade: (id: string) => void;
}

export function CreateListForm({ onCancel, onMade }: CreateListFormProps) {
  const say = useSay();
  const make = useDo('POST /lists', {
    onDone: (list) => {
      say({ title: `${list.name} is made` });
      onMade(list.id);
    },
  });
  return (
    <ListFields
      before={{ name: '', description: '', kind: 'opt_in', double_opt_in: true }}
      confirm="Make the list"
      isPending={make.isPending}
      error={make.error}
      onCancel={onCancel}
      onSave={(list) => make.mutate({ body: list })}
    />
  );
}

interface EditListFormProps {
  readonly list: List;
  readonly onClose: () => void;
}

export function EditListForm({ list, onClose }: EditListFormProps) {
  const say = useSay();
  const edit = useDo('PATCH /lists/{id}', {
    onDone: () => {
      say({ title: 'Saved' });
      onClose();
    },
  });
  return (
    <ListFields
      before={list}
      isKindFixed
      confirm="Save"
      isPending={edit.isPending}
      error={edit.error}
      onCancel={onClose}
      onSave={({ name, description = '', double_opt_in: isDouble = false }) =>
        edit.mutate({
          path: { id: list.id },
          body: { name, description, double_opt_in: isDouble },
        })
      }
    />
  );
}

interface ListFieldsProps {
  readonly before: NewList;
  /** What was said when people joined cannot be said otherwise later. */
  readonly isKindFixed?: boolean;
  readonly confirm: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onCancel: () => void;
  readonly onSave: (list: NewList) => void;
}

const KIND_HINTS: Readonly<Record<NewList['kind'], ReactNode>> = {
  opt_in: 'Only who joins gets its mail.',
  opt_out: 'Everybody gets its mail until they decline.',
};

function ListFields(props: ListFieldsProps) {
  const { before, isKindFixed = false, confirm, isPending, error, onCancel, onSave } = props;
  const [name, setName] = useState(before.name);
  const [description, setDescription] = useState(before.description ?? '');
  const [kind, setKind] = useState(before.kind);
  const [isDouble, setIsDouble] = useState(before.double_opt_in ?? false);
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    onSave({ name: name.trim(), description, kind, double_opt_in: kind === 'opt_in' && isDouble });
  };
  return (
    <form className="grid gap-3" onSubmit={onSubmit}>
      <Field label="Name" hint="People see it on the page of preferences.">
        {(ids) => (
          <Input
            {...ids}
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Description" hint="What comes, and how often.">
        {(ids) => (
          <Textarea
            {...ids}
            rows={2}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <Field label="Kind" hint={isKindFixed ? 'The kind of a list stays.' : KIND_HINTS[kind]}>
        {(ids) => (
          <Select
            {...ids}
            disabled={isKindFixed}
            value={kind}
            onChange={(event) => setKind(event.target.value as NewList['kind'])}
          >
            <option value="opt_in">Opt-in: people join</option>
            <option value="opt_out">Opt-out: people may decline</option>
          </Select>
        )}
      </Field>
      {kind === 'opt_in' && (
        <Checkbox
          label="Double opt-in"
          hint="Whoever joins confirms it by a link sent to their address."
          checked={isDouble}
          onChange={(event) => setIsDouble(event.target.checked)}
        />
      )}
      {error !== null && (
        <p role="alert" className="text-sm text-fault">
          {error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" disabled={isPending || name.trim() === ''}>
          {isPending ? 'Saving…' : confirm}
        </Button>
      </div>
    </form>
  );
}
