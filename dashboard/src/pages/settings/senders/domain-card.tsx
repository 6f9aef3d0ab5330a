import { useState } from 'react';
import { type RowOf, useAsk, useDo } from '../../../api/ask.ts';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { DOMAIN_STATES } from './domain-states.ts';
import { DomainRecords } from './domain-records.tsx';

interface DomainCardProps {
  readonly domain: RowOf<'GET /sender_domains'>;
  readonly isOpenAtFirst: boolean;
  readonly mayChange: boolean;
}

export function DomainCard({ domain, isOpenAtFirst, mayChange }: DomainCardProps) {
  const { id, domain: name, state, checked_at: checkedAt, rotation } = domain;
  const [isOpen, setIsOpen] = useState(isOpenAtFirst);
  const [isRemoving, setIsRemoving] = useState(false);
  const whole = useAsk('GET /sender_domains/{id}', { path: { id } }, { enabled: isOpen });
  const check = useDo('POST /sender_domains/{id}/check');
  const rotate = useDo('POST /sender_domains/{id}/rotate');
  const remove = useDo('DELETE /sender_domains/{id}', { onDone: () => setIsRemoving(false) });
  return (
    <article className="grid gap-3 rounded-ui border bg-panel p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">{name}</h3>
        <Badge tone={DOMAIN_STATES[state].tone}>{DOMAIN_STATES[state].word}</Badge>
        {rotation !== 'none' && (
          <Badge tone="plain">
            {rotation === 'due' ? 'new keys are due' : 'keys are changing'}
          </Badge>
        )}
        <span className="text-sm text-muted">
          {checkedAt === null ? (
            'not looked at yet'
          ) : (
            <>
              looked at <Instant at={checkedAt} />
            </>
          )}
        </span>
        <span className="ml-auto flex flex-wrap gap-1">
          {mayChange && (
            <>
              <Button disabled={check.isPending} onClick={() => check.mutate({ path: { id } })}>
                {check.isPending ? 'Looking…' : 'Check now'}
              </Button>
              <Button
                disabled={rotate.isPending}
                onClick={() => rotate.mutate({ path: { id }, body: {} })}
              >
                New keys
              </Button>
              <Button look="bare" aria-label={`Remove ${name}`} onClick={() => setIsRemoving(true)}>
                Remove…
              </Button>
            </>
          )}
          <Button look="bare" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? 'Hide records' : 'Show records'}
          </Button>
        </span>
      </header>
      <Failure error={check.error ?? rotate.error ?? whole.error} />
      {isOpen && whole.isPending && <Skeleton className="h-48 w-full" />}
      {isOpen && whole.data !== undefined && (
        <DomainRecords records={whole.data.records} findings={whole.data.findings} />
      )}
      <Confirm
        open={isRemoving}
        onOpenChange={setIsRemoving}
        title={`Remove ${name}?`}
        confirm="Remove"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ path: { id } })}
      >
        <p>Its keys are deleted: mail from it is not signed any more. Delete its senders first.</p>
      </Confirm>
    </article>
  );
}
