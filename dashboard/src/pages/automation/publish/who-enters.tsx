import { useFilterCount } from '../../../components/filter-builder/use-filter-count.ts';
import { countedOf } from '../../../components/number.ts';
import { useDraft } from '../draft/use-draft.ts';

/** Series that look for people by themselves, rather than wait to be told of each. */
const LOOKING = new Set<unknown>(['manual', 'segment_match']);

/** Who comes in once it is active; with how many there are already, where they are looked for. */
export function WhoEnters() {
  const { settings, outline } = useDraft();
  const { entry = '', audience = '' } = outline?.words ?? {};
  return (
    <div className="grid gap-1">
      <p>
        {entry}. {audience}.
      </p>
      {LOOKING.has(settings['entry_trigger']) && <HowMany audience={settings['audience']} />}
    </div>
  );
}

function HowMany({ audience }: { readonly audience: unknown }) {
  const filter = (audience ?? null) as Readonly<Record<string, unknown>> | null;
  const { data } = useFilterCount(filter);
  if (data === undefined) return <p className="text-muted">Counting who enters…</p>;
  return (
    <p className="font-semibold">
      {countedOf(data.count, 'person enters', 'people enter')} as soon as it is active.
    </p>
  );
}
