import { useMemo } from 'react';
import { useAsk } from '../../api/ask.ts';
import { BuilderContext } from './builder-context.ts';
import { Faults } from './faults.tsx';
import { NOTHING_KNOWN } from './fields.ts';
import {
  filterOfRoot,
  rootOf,
  type FilterFault,
  type FilterJson,
  type FilterKind,
  type GroupMode,
} from './filter.ts';
import { GroupModeSelect } from './group-mode.tsx';
import { PartList } from './parts.tsx';
import { useFilterFaults } from './use-filter-count.ts';

/** Lists that a picker shows. */
const LISTS_MAX = 200;

interface FilterBuilderProps {
  /** Over whom or what it asks. `step` knows the emails and properties of an enrollment too. */
  readonly kind: FilterKind;
  /** Null selects everybody. */
  readonly value: FilterJson | null;
  readonly onChange: (filter: FilterJson | null) => void;
  readonly disabled?: boolean;
  /** The email steps that conditions of a step may ask about. */
  readonly emails?: readonly { readonly id: string; readonly name: string }[];
  /** For `event`: the event whose data are suggested. */
  readonly eventType?: string;
  /** What the server says against it, by paths below the filter; asked here where left out. */
  readonly faults?: readonly FilterFault[];
}

const NO_EMAILS: readonly { readonly id: string; readonly name: string }[] = [];

/** Builds a filter: conditions in groups, shown and kept exactly as they are written. */
export function FilterBuilder(props: FilterBuilderProps) {
  const { kind, value, onChange, disabled = false, emails = NO_EMAILS, eventType } = props;
  const known = useAsk('GET /users/properties', {});
  const lists = useAsk(
    'GET /lists',
    { query: { limit: LISTS_MAX } },
    { enabled: kind !== 'event' },
  );
  const asked = useFilterFaults(value, { enabled: kind === 'user' && props.faults === undefined });
  const faults = props.faults ?? asked;
  const listRows = lists.data?.data;
  const access = useMemo(
    () => ({
      kind,
      known: known.data ?? NOTHING_KNOWN,
      lists: (listRows ?? []).filter((list) => list.archived_at === null),
      emails,
      names: {
        lists: new Map((listRows ?? []).map(({ id, name }) => [id, name])),
        emails: new Map(emails.map(({ id, name }) => [id, name])),
      },
      eventType,
      faults,
      disabled,
    }),
    [kind, known.data, listRows, emails, eventType, faults, disabled],
  );
  const { mode, parts, path } = rootOf(value);
  const change = (nextMode: GroupMode, nextParts: readonly FilterJson[]): void =>
    onChange(filterOfRoot(nextMode, nextParts, { wasWritten: path !== null && nextMode === mode }));
  return (
    <BuilderContext value={access}>
      <div className="grid min-w-0 grid-cols-1 gap-2">
        {parts.length > 1 || (path !== null && parts.length > 0) ? (
          <div>
            <GroupModeSelect mode={mode} onChange={(next) => change(next, parts)} />
          </div>
        ) : null}
        <PartList
          parts={parts}
          path={path}
          word={mode.endsWith('or') ? 'or' : 'and'}
          addLabel="Add a condition"
          canGroup={kind !== 'event'}
          onChange={(next) => change(mode, next)}
        />
        {path !== null && (
          // About the whole: too deep, too many.
          <Faults faults={faults.filter((one) => ['', 'not', path].includes(one.path))} />
        )}
      </div>
    </BuilderContext>
  );
}
