import { useState } from 'react';
import { useAsk, useDo } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import type { Endpoint } from './endpoints-block.tsx';

interface EndpointFormProps {
  /** Null: a new one. */
  readonly endpoint: Endpoint | null;
  readonly onClose: () => void;
  readonly onSecret: (secret: string) => void;
}

/** Where an endpoint is, and what it gets. */
export function EndpointForm({ endpoint, onClose, onSecret }: EndpointFormProps) {
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [isAll, setIsAll] = useState(endpoint?.event_types.includes('*') ?? false);
  const [types, setTypes] = useState<readonly string[]>(
    endpoint?.event_types.filter((name) => name !== '*') ?? [],
  );
  const create = useDo('POST /webhooks', {
    onDone: ({ secret }) => {
      onSecret(secret);
      onClose();
    },
  });
  const change = useDo('PATCH /webhooks/{id}', { onDone: onClose });
  const isPending = create.isPending || change.isPending;
  return (
    <form
      aria-label={endpoint === null ? 'New endpoint' : 'Endpoint'}
      className="grid gap-4 rounded-ui border bg-panel p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const body = { url, description, event_types: isAll ? ['*'] : [...types] };
        if (endpoint === null) create.mutate({ body });
        else change.mutate({ path: { id: endpoint.id }, body });
      }}
    >
      <div className="grid gap-4 wide:grid-cols-2">
        <Field label="URL" hint="Gets a signed POST for each event; private addresses are refused.">
          {(ids) => (
            <Input
              {...ids}
              type="url"
              required
              placeholder="https://warehouse.example.com/milepost"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
        <Field label="Description">
          {(ids) => (
            <Input
              {...ids}
              maxLength={500}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Checkbox
        label="Every type of event"
        hint="Those of later versions too."
        checked={isAll}
        onChange={(event) => setIsAll(event.target.checked)}
      />
      {!isAll && <TypeChoice types={types} onChange={setTypes} />}
      <FormError error={create.error ?? change.error} />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={isPending || (!isAll && types.length === 0)}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

interface TypeChoiceProps {
  readonly types: readonly string[];
  readonly onChange: (types: readonly string[]) => void;
}

/** The catalogue, by what its events are about. */
function TypeChoice({ types, onChange }: TypeChoiceProps) {
  const catalogue = useAsk('GET /event_types', {});
  if (catalogue.data === undefined) return <Skeleton className="h-64 w-full" />;
  const nounOf = (name: string): string => name.split('.')[0] ?? '';
  const nouns = [...new Set(catalogue.data.data.map(({ name }) => nounOf(name)))];
  const toggle = (name: string, isChosen: boolean): void =>
    onChange(isChosen ? [...types, name] : types.filter((one) => one !== name));
  return (
    <div className="grid gap-4 wide:grid-cols-2">
      {nouns.map((noun) => (
        <fieldset key={noun} className="grid content-start gap-1">
          <legend className="mb-1 text-sm font-medium">{noun}</legend>
          {catalogue.data.data
            .filter(({ name }) => nounOf(name) === noun)
            .map(({ name, description }) => (
              <Checkbox
                key={name}
                label={<code className="font-mono text-sm">{name}</code>}
                hint={description}
                checked={types.includes(name)}
                onChange={(event) => toggle(name, event.target.checked)}
              />
            ))}
        </fieldset>
      ))}
    </div>
  );
}
