import type { Answer } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import CircleAlert from 'lucide-react/icons/circle-alert';
import CircleCheck from 'lucide-react/icons/circle-check';
import { SettingsBlock } from '../../components/settings-block.tsx';

type Concern = Answer<'GET /overview'>['attention'][number];

/** What wants to be looked at, the worst first. */
export function Attention({ attention }: { readonly attention: readonly Concern[] }) {
  return (
    <SettingsBlock title="Needs attention">
      {attention.length === 0 ? (
        <p className="flex items-center gap-2 text-muted">
          <CircleCheck size={16} aria-hidden className="text-accent" />
          Nothing. Every series does what it should.
        </p>
      ) : (
        <ul className="divide-y rounded-ui border bg-panel">
          {attention.map((concern) => (
            <li
              key={`${concern.automation_id ?? ''} ${concern.reason}`}
              className="flex items-start gap-2.5 px-3 py-2.5"
            >
              <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-fault" />
              <div className="min-w-0">
                <Place concern={concern} />
                <p className="text-sm text-muted">{concern.words}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </SettingsBlock>
  );
}

const LINK = 'font-medium hover:underline';

/** Where the concern is dealt with. */
function Place({ concern }: { readonly concern: Concern }) {
  const { automation_id: id, automation_type: type, name, reason } = concern;
  if (reason === 'in_doubt') {
    return (
      <Link to="/dashboard/messages" search={{ status: 'in_doubt' }} className={LINK}>
        {name}
      </Link>
    );
  }
  if (reason === 'domain_failing') {
    return (
      <Link to="/dashboard/settings/$section" params={{ section: 'senders' }} className={LINK}>
        {name}
      </Link>
    );
  }
  if (reason === 'webhook_disabled') {
    return (
      <Link to="/dashboard/settings/$section" params={{ section: 'webhooks' }} className={LINK}>
        {name}
      </Link>
    );
  }
  if (id === null) return <span className="font-medium">{name}</span>;
  return type === 'broadcast' ? (
    <Link to="/dashboard/broadcasts/$id" params={{ id }} className={LINK}>
      {name}
    </Link>
  ) : (
    <Link to="/dashboard/automation/$id" params={{ id }} className={LINK}>
      {name}
    </Link>
  );
}
