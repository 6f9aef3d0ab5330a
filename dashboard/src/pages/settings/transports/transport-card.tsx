import { useDo } from '../../../api/ask.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import type { Transport, TransportKind } from './transports-section.tsx';

interface TransportCardProps {
  readonly transport: Transport;
  readonly kind: TransportKind | undefined;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

export function TransportCard({
  transport,
  kind,
  mayChange,
  onEdit,
  onRemove,
}: TransportCardProps) {
  const verify = useDo('POST /transports/{id}/verify');
  const {
    name,
    settings,
    secrets,
    limits,
    is_enabled: isEnabled,
    events_url: eventsUrl,
  } = transport;
  return (
    <article className="grid gap-3 rounded-ui border bg-panel p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">{name}</h3>
        <Badge tone="quiet">{kind?.label ?? transport.kind}</Badge>
        <Badge tone={isEnabled ? 'good' : 'quiet'}>{isEnabled ? 'on' : 'off'}</Badge>
        <span className="text-sm text-muted">
          position {transport.position}, share {transport.share}
        </span>
        {mayChange && (
          <span className="ml-auto flex gap-1">
            <Button
              disabled={verify.isPending}
              onClick={() => verify.mutate({ path: { id: transport.id } })}
            >
              {verify.isPending ? 'Asking…' : 'Check'}
            </Button>
            <Button aria-label={`Edit ${name}`} onClick={onEdit}>
              Edit
            </Button>
            <Button look="bare" aria-label={`Remove ${name}`} onClick={onRemove}>
              Remove…
            </Button>
          </span>
        )}
      </header>
      <dl className="grid grid-cols-[fit-content(10rem)_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        {Object.entries(settings).map(([key, value]) => (
          <Pair key={key} name={labelOf(kind, key)} value={value} />
        ))}
        {secrets.map((key) => (
          <Pair key={key} name={labelOf(kind, key)} value="set, and not shown" />
        ))}
        <Pair
          name="At most"
          value={
            limits.per_second === undefined
              ? 'as fast as it takes them'
              : `${limits.per_second} emails a second`
          }
        />
        {eventsUrl !== null && (
          <>
            <dt className="text-muted">What comes back</dt>
            <dd>
              <CopyText text={eventsUrl} label="Copy the address for events" />
            </dd>
          </>
        )}
      </dl>
      <p
        role="status"
        className={
          verify.data?.ok === false || verify.error !== null
            ? 'text-sm text-fault empty:-mt-3'
            : 'text-sm text-accent empty:-mt-3'
        }
      >
        {verify.error?.message ??
          (verify.data === undefined
            ? ''
            : verify.data.ok
              ? `It would take mail now: ${verify.data.answer}`
              : `It would not take mail now: ${verify.data.answer}`)}
      </p>
    </article>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{value}</dd>
    </>
  );
}

const labelOf = (kind: TransportKind | undefined, name: string): string =>
  kind?.settings.find((setting) => setting.name === name)?.label ?? name;
