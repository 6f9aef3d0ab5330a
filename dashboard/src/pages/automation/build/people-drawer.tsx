import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import { type RowOf, useAskPages } from '../../../api/ask.ts';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { countOf } from '../../../components/number.ts';
import { Drawer } from '../../../components/ui/drawer.tsx';
import { Field, Select } from '../../../components/ui/field.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useDraft } from '../draft/use-draft.ts';
import type { Card } from './cards.ts';

type Person = RowOf<'GET /series/{id}/steps/{step_id}/people'>;
type Outcome = 'waiting' | 'passed' | 'skipped' | 'failed' | 'cancelled';

const OUTCOMES: readonly Outcome[] = ['waiting', 'passed', 'skipped', 'failed', 'cancelled'];

const PAGE_SIZE = 50;

interface PeopleDrawerProps {
  readonly card: Card;
  readonly onClose: () => void;
}

/** Who waits at a step, and what became of those who were there. */
export function PeopleDrawer({ card, onClose }: PeopleDrawerProps) {
  const { series } = useDraft();
  const { step, counts, title } = card;
  const first = OUTCOMES.find((outcome) => (counts?.[outcome] ?? 0) > 0) ?? 'waiting';
  const [outcome, setOutcome] = useState<Outcome>(first);
  const people = useAskPages('GET /series/{id}/steps/{step_id}/people', {
    path: { id: series.id, step_id: step.id },
    query: { outcome, limit: PAGE_SIZE },
  });
  return (
    <Drawer
      title={`People at “${title}”`}
      side="right"
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className="wide:w-[28rem]"
    >
      <div className="grid content-start gap-3 p-4">
        <Field label="Show who is or was">
          {(ids) => (
            <Select
              {...ids}
              value={outcome}
              onChange={({ target }) => setOutcome(target.value as Outcome)}
            >
              {OUTCOMES.map((one) => (
                <option key={one} value={one}>
                  {one} ({countOf(counts?.[one] ?? 0)})
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Failure error={people.error} />
        {people.isPending && <Skeleton className="h-40 w-full" />}
        {people.isSuccess && people.rows.length === 0 && (
          <p className="text-muted">Nobody is {outcome} here.</p>
        )}
        <ul className="grid gap-px">
          {people.rows.map((person) => (
            <PersonRow key={person.enrollment_id} person={person} />
          ))}
        </ul>
        <LoadMore
          hasMore={people.hasNextPage}
          isLoading={people.isFetchingNextPage}
          onMore={() => void people.fetchNextPage()}
        />
      </div>
    </Drawer>
  );
}

function PersonRow({ person }: { readonly person: Person }) {
  const { user_id: userId, name, email, state, due_at: dueAt, at, reason, version } = person;
  const shown = name ?? email ?? userId ?? 'Erased';
  return (
    <li className="grid gap-0.5 border-b py-2 last:border-b-0">
      <span className="flex items-baseline justify-between gap-3">
        {userId === null ? (
          <span className="text-muted">Erased</span>
        ) : (
          <Link
            to="/dashboard/people/$userId"
            params={{ userId }}
            className="min-w-0 truncate font-medium text-accent hover:underline"
          >
            {shown}
          </Link>
        )}
        <span className="shrink-0 text-xs text-muted">version {version}</span>
      </span>
      <span className="text-sm text-muted">
        {state === 'waiting' ? 'Until ' : ''}
        <Instant at={at ?? dueAt} />
      </span>
      {reason !== null && state !== 'waiting' && <span className="text-sm">{reason}</span>}
    </li>
  );
}
