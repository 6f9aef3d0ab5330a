import { useState } from 'react';
import { useAskPages, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { Failure } from '../../../components/failure.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { DomainCard } from './domain-card.tsx';

/** Domains, their DNS records, and what a look at them found. */
export function DomainsBlock() {
  const mayChange = useMay('owner');
  const domains = useAskPages('GET /sender_domains', { query: { limit: 100 } });
  return (
    <SettingsBlock
      title="Domains"
      hint="Set these DNS records so that mailbox providers believe that mail is yours. Keys sign it, and are changed without a gap."
    >
      <Failure error={domains.error} stale={domains.rows.length > 0} />
      {mayChange && <DomainForm />}
      {domains.isPending && <Skeleton className="h-40 w-full" />}
      <ul className="grid gap-3">
        {domains.rows.map((domain, index) => (
          <li key={domain.id}>
            <DomainCard domain={domain} isOpenAtFirst={index === 0} mayChange={mayChange} />
          </li>
        ))}
      </ul>
    </SettingsBlock>
  );
}

function DomainForm() {
  const [domain, setDomain] = useState('');
  const create = useDo('POST /sender_domains', { onDone: () => setDomain('') });
  return (
    <form
      className="grid max-w-xl items-end gap-3 wide:grid-cols-[minmax(0,1fr)_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ body: { domain } });
      }}
    >
      <Field label="Domain">
        {(ids) => (
          <Input
            {...ids}
            required
            placeholder="tidewater.example"
            value={domain}
            onChange={(event) => setDomain(event.target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        look="primary"
        className="justify-self-start"
        disabled={create.isPending}
      >
        Add domain
      </Button>
      <div className="wide:col-span-2">
        <FormError error={create.error} />
      </div>
    </form>
  );
}
