import { useAsk } from '../../api/ask.ts';
import { FilterBuilder } from '../../components/filter-builder/filter-builder.tsx';
import type { FilterJson } from '../../components/filter-builder/filter.ts';
import { Select } from '../../components/ui/field.tsx';
import { Field } from '../../components/ui/field.tsx';
import { AudienceCount } from './audience-count.tsx';
import type { Audience } from './broadcast.ts';

const LISTS_MAX = 200;
const KINDS = {
  everybody: 'Everybody with an address',
  filter: 'People who match a filter',
  list: 'Subscribers of a list',
} as const;
type Kind = keyof typeof KINDS;

interface AudienceFormProps {
  readonly broadcastId: string;
  readonly audience: Audience | null;
  readonly onChange: (audience: Audience | null) => void;
  readonly isReadOnly: boolean;
}

/** To whom it goes; at the right, whom that reaches now. */
export function AudienceForm({ broadcastId, audience, onChange, isReadOnly }: AudienceFormProps) {
  const lists = useAsk('GET /lists', { query: { limit: LISTS_MAX } });
  const known = (lists.data?.data ?? []).filter(
    ({ archived_at: archivedAt }) => archivedAt === null,
  );
  const kind = kindOf(audience);
  const filter = (audience?.filter ?? null) as FilterJson | null;

  const choose = (next: string): void => {
    if (next === 'everybody') onChange({ everybody: true });
    else if (next === 'list') onChange(known[0] === undefined ? null : { list_id: known[0].id });
    else if (next === 'filter') onChange({ filter: { field: 'user.email', operator: 'is_set' } });
    else onChange(null);
  };
  const setFilter = (next: FilterJson | null): void => {
    const { filter: _, ...rest } = audience ?? {};
    if (next !== null) onChange({ ...rest, filter: next as NonNullable<Audience['filter']> });
    else onChange(rest.list_id === undefined ? { everybody: true } : rest);
  };
  return (
    <div className="grid items-start gap-6 wide:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <fieldset disabled={isReadOnly} className="grid min-w-0 gap-4">
        <Field label="To">
          {(ids) => (
            <Select
              {...ids}
              className="max-w-md"
              value={kind ?? ''}
              onChange={(event) => choose(event.target.value)}
            >
              <option value="">Choose</option>
              {Object.entries(KINDS).map(([value, label]) => (
                <option key={value} value={value} disabled={value === 'list' && known.length === 0}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {kind === 'list' && (
          <Field label="List">
            {(ids) => (
              <Select
                {...ids}
                className="max-w-md"
                value={audience?.list_id ?? ''}
                onChange={(event) => onChange({ ...audience, list_id: event.target.value })}
              >
                {known.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {(kind === 'filter' || kind === 'list') && (
          <div className="grid gap-2">
            <h2 className="text-sm font-medium">
              {kind === 'list' ? 'Of them only who match (optional)' : 'Who match'}
            </h2>
            <FilterBuilder kind="user" value={filter} onChange={setFilter} disabled={isReadOnly} />
          </div>
        )}
      </fieldset>
      <AudienceCount broadcastId={broadcastId} audience={audience} />
    </div>
  );
}

function kindOf(audience: Audience | null): Kind | null {
  if (audience === null) return null;
  if (audience.list_id !== undefined) return 'list';
  return audience.filter === undefined ? 'everybody' : 'filter';
}
