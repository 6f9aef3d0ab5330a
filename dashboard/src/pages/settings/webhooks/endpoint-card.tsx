import Ellipsis from 'lucide-react/icons/ellipsis';
import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { Instant } from '../../../components/instant.tsx';
import { countedOf } from '../../../components/number.ts';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../../components/ui/menu.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import type { Endpoint } from './endpoints-block.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { TestDialog } from './test-dialog.tsx';

interface EndpointCardProps {
  readonly endpoint: Endpoint;
  readonly onDo: (what: 'edit' | 'rotate' | 'remove') => void;
}

/** An endpoint, how it fares, and its log. */
export function EndpointCard({ endpoint, onDo }: EndpointCardProps) {
  const { id, url, description, event_types: types, is_enabled: isEnabled } = endpoint;
  const [isLogShown, setIsLogShown] = useState(false);
  const [asks, setAsks] = useState<'test' | 'replay' | null>(null);
  const change = useDo('PATCH /webhooks/{id}');
  const enable = (): void => change.mutate({ path: { id }, body: { is_enabled: !isEnabled } });
  return (
    <article className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-ui border bg-panel p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 font-semibold break-all">{url}</h3>
        <StateBadge endpoint={endpoint} />
        <span className="ml-auto flex gap-1">
          <Button
            aria-expanded={isLogShown}
            aria-label={`Log of ${url}`}
            onClick={() => setIsLogShown(!isLogShown)}
          >
            Log
          </Button>
          <Button disabled={!isEnabled} onClick={() => setAsks('test')}>
            Test…
          </Button>
          <Menu
            trigger={
              <Button look="bare" square aria-label={`More for ${url}`}>
                <Ellipsis size={16} aria-hidden />
              </Button>
            }
          >
            <MenuItem onSelect={() => onDo('edit')}>Edit</MenuItem>
            <MenuItem onSelect={enable}>{isEnabled ? 'Disable' : 'Enable'}</MenuItem>
            <MenuItem disabled={!isEnabled} onSelect={() => setAsks('replay')}>
              Send a period again…
            </MenuItem>
            <MenuItem onSelect={() => onDo('rotate')}>Rotate the secret…</MenuItem>
            <MenuLine />
            <MenuItem isFault onSelect={() => onDo('remove')}>
              Remove…
            </MenuItem>
          </Menu>
        </span>
      </header>
      {description !== '' && <p>{description}</p>}
      <p className="text-sm text-muted">
        {types.includes('*') ? 'Every type of event' : types.join(', ')}. Secret …
        {endpoint.secret_hint}
        {endpoint.previous_secret_valid_until !== null && (
          <>
            , with the one before it until <Instant at={endpoint.previous_secret_valid_until} />
          </>
        )}
        .
      </p>
      <Trouble endpoint={endpoint} />
      {change.error !== null && (
        <p role="alert" className="text-sm text-fault">
          {change.error.message}
        </p>
      )}
      {isLogShown && <DeliveryLog endpoint={endpoint} />}
      <TestDialog
        endpoint={endpoint}
        open={asks === 'test'}
        onClose={() => setAsks(null)}
        onSent={() => setIsLogShown(true)}
      />
      <ReplayDialog endpoint={endpoint} open={asks === 'replay'} onClose={() => setAsks(null)} />
    </article>
  );
}

function StateBadge({ endpoint }: { readonly endpoint: Endpoint }) {
  if (endpoint.disabled_reason !== null) return <Badge tone="fault">disabled</Badge>;
  if (!endpoint.is_enabled) return <Badge tone="quiet">off</Badge>;
  return endpoint.failures > 0 ? (
    <Badge tone="fault">failing</Badge>
  ) : (
    <Badge tone="good">on</Badge>
  );
}

function Trouble({ endpoint }: { readonly endpoint: Endpoint }) {
  const { disabled_reason: reason, disabled_at: at, failures, failing_since: since } = endpoint;
  if (reason !== null && at !== null) {
    return (
      <p className="text-sm text-fault">
        Disabled by itself on <Instant at={at} />:{' '}
        {reason === 'gone' ? 'its receiver answered 410 Gone.' : 'it had failed for days.'} What
        waits is sent once it is enabled again.
      </p>
    );
  }
  if (failures === 0 || since === null) return null;
  return (
    <p className="text-sm text-fault">
      {countedOf(failures, 'attempt', 'attempts')} failed since <Instant at={since} />. After five
      days it is disabled.
    </p>
  );
}
