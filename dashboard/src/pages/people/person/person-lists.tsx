import type { Body } from '@milepost/sdk';
import { useAsk, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { dayOf, viewerZone } from '../../../app/time.ts';
import { Failure } from '../../../components/failure.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { SideBlock } from './person-details.tsx';

type Change = Body<'PUT /users/{user_id}/preferences'>;

/** What mail somebody wants, by list; what is changed here is on record like what they choose. */
export function PersonLists({ userId }: { readonly userId: string }) {
  const mayEdit = useMay('editor');
  const say = useSay();
  const path = { user_id: userId };
  const { data, error, isPending } = useAsk('GET /users/{user_id}/preferences', { path });
  const save = useDo('PUT /users/{user_id}/preferences');
  const change = (body: Change, undo: Change, title: string): void =>
    save.mutate(
      { path, body },
      { onSuccess: () => say({ title, undo: () => save.mutate({ path, body: undo }) }) },
    );
  if (error !== null) return <Failure error={error} />;
  if (isPending) return <Skeleton className="h-32 w-full" />;
  const isLeft = data.all === 'unsubscribed';
  const isFixed = !mayEdit || save.isPending;
  return (
    <SideBlock title="Preferences">
      <div className="grid gap-2">
        <Checkbox
          label="All marketing"
          hint={isLeft ? 'Unsubscribed from everything.' : undefined}
          checked={!isLeft}
          disabled={isFixed}
          onChange={() =>
            change(
              { all: isLeft ? 'subscribed' : 'unsubscribed' },
              { all: data.all },
              isLeft ? 'Wants marketing again' : 'Unsubscribed from everything',
            )
          }
        />
        {data.lists.map(({ id, name, kind, state, at }) => {
          const isOn = state === 'subscribed';
          const next = isOn ? 'unsubscribed' : 'subscribed';
          return (
            <Checkbox
              key={id}
              label={name}
              hint={stateWords({ kind, state, at })}
              checked={isOn}
              disabled={isFixed}
              onChange={() =>
                change(
                  { lists: [{ id, state: next }] },
                  {
                    lists: [{ id, state: state === 'pending' ? 'unsubscribed' : state }],
                    confirmed: true,
                  },
                  isOn ? `Taken off ${name}` : `Put on ${name}`,
                )
              }
            />
          );
        })}
        {data.lists.length === 0 && <p className="text-muted">There are no lists yet.</p>}
        {save.error !== null && (
          <p role="alert" className="text-sm text-fault">
            {save.error.message}
          </p>
        )}
        {!mayEdit && <p className="text-sm text-muted">Editors may change this.</p>}
      </div>
    </SideBlock>
  );
}

function stateWords({
  kind,
  state,
  at,
}: {
  kind: 'opt_in' | 'opt_out';
  state: string;
  at: string | null;
}): string {
  const since = at === null ? '' : ` since ${dayOf(at, viewerZone)}`;
  if (state === 'pending') return `Asked to confirm${since}`;
  if (at === null) return kind === 'opt_in' ? 'Never joined' : 'Has not declined';
  return state === 'subscribed' ? `Joined${since}` : `Left${since}`;
}
