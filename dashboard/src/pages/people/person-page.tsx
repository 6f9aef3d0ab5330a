import { ApiError } from '@milepost/sdk';
import { Link, useParams } from '@tanstack/react-router';
import Ellipsis from 'lucide-react/icons/ellipsis';
import { useState } from 'react';
import type { Answer } from '@milepost/sdk';
import { useAsk, useAskPages } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSide } from '../../api/side.ts';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { saveFile } from '../../components/save-file.ts';
import { Button } from '../../components/ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../components/ui/menu.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { EnrollDialog } from './person/enroll-dialog.tsx';
import { EraseDialog } from './person/erase-dialog.tsx';
import { LocalTime } from './person/local-time.tsx';
import { PersonConsent } from './person/person-consent.tsx';
import { PersonDetails } from './person/person-details.tsx';
import { PersonLists } from './person/person-lists.tsx';
import { PersonSeries } from './person/person-series.tsx';
import { Timeline } from './person/timeline.tsx';
import { WhyNotDialog } from './person/why-not-dialog.tsx';

type Person = Answer<'GET /users/{user_id}'>;

/** One person: what happened to them, what they are in, and what they want. */
export function PersonPage() {
  const { userId = '' } = useParams({ strict: false });
  const { data, error } = useAsk('GET /users/{user_id}', { path: { user_id: userId } });
  if (data !== undefined) return <Known key={userId} person={data} />;
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <Page isWide title={isGone ? 'Nobody' : userId}>
      {isGone && (
        <Notice role="alert" title={`Nobody on this side has the id ${userId}`}>
          <p className="text-muted">
            They may be on the other side, or were erased.{' '}
            <Link to="/dashboard/people" className="underline underline-offset-2">
              All people
            </Link>
          </p>
        </Notice>
      )}
      {error !== null && !isGone && <Failure error={error} />}
      {error === null && <PersonSkeleton />}
    </Page>
  );
}

function Known({ person }: { readonly person: Person }) {
  const { user_id: userId, name, email, timezone: zone } = person;
  const isComing = useIsComing(userId, email);
  return (
    <Page
      isWide
      back={{ to: '/dashboard/people', label: 'All people' }}
      title={name ?? email ?? userId}
      hint={
        <>
          {name !== null && email !== null && <>{email} · </>}
          <LocalTime zone={zone} />
        </>
      }
      actions={<Actions person={person} />}
    >
      {isComing ? (
        <PersonSkeleton />
      ) : (
        <>
          <PersonConsent userId={userId} email={email} />
          <div className="grid gap-6 wide:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="order-2 min-w-0 wide:order-1">
              <Timeline userId={userId} zone={zone} />
            </div>
            <div className="order-1 grid min-w-0 grid-cols-[repeat(auto-fit,minmax(min(18rem,100%),1fr))] content-start gap-4 wide:order-2">
              <PersonDetails person={person} />
              <PersonSeries userId={userId} />
              <PersonLists userId={userId} />
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

/** Whether what stands beside and above the timeline is on its way: all of it is shown at once. */
function useIsComing(userId: string, email: string | null): boolean {
  const path = { user_id: userId };
  const asked = [
    useAskPages('GET /users/{user_id}/enrollments', { path, query: { limit: 20 } }),
    useAsk('GET /users/{user_id}/preferences', { path }),
    useAsk('GET /suppressions', { query: { user_id: userId } }),
  ];
  const ofAddress = useAsk(
    'GET /suppressions',
    { query: { email: email ?? '' } },
    { enabled: email !== null },
  );
  return asked.some(({ isPending }) => isPending) || (email !== null && ofAddress.isPending);
}

type Open = 'enroll' | 'why' | 'erase' | null;

function Actions({ person }: { readonly person: Person }) {
  const { user_id: userId, timezone: zone } = person;
  const [open, setOpen] = useState<Open>(null);
  const mayEdit = useMay('editor');
  const mayErase = useMay('owner');
  const { client } = useSide();
  const say = useSay();
  const close = (isOpen: boolean): void => (isOpen ? undefined : setOpen(null));
  const exportAll = async (): Promise<void> => {
    try {
      const path = { user_id: userId };
      const data = await client.call('GET /users/{user_id}/export', { path });
      saveFile(`${userId}.json`, JSON.stringify(data, null, 2), 'application/json');
    } catch (error) {
      say({ title: 'Not exported', text: String(error), tone: 'fault' });
    }
  };
  return (
    <>
      {mayEdit && <Button onClick={() => setOpen('enroll')}>Enroll in…</Button>}
      <Button onClick={() => setOpen('why')}>Why not?</Button>
      <Menu
        trigger={
          <Button square aria-label="More">
            <Ellipsis size={16} aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => void exportAll()}>Export everything</MenuItem>
        <MenuLine />
        <MenuItem isFault disabled={!mayErase} onSelect={() => setOpen('erase')}>
          {mayErase ? 'Erase…' : 'Erase (owners only)'}
        </MenuItem>
      </Menu>
      <EnrollDialog userId={userId} open={open === 'enroll'} onOpenChange={close} />
      <WhyNotDialog userId={userId} zone={zone} open={open === 'why'} onOpenChange={close} />
      <EraseDialog userId={userId} open={open === 'erase'} onOpenChange={close} />
    </>
  );
}

function PersonSkeleton() {
  return (
    <div aria-busy aria-label="Loading the person" className="grid gap-4">
      <Skeleton className="h-5 w-52" />
      <div className="grid gap-6 wide:grid-cols-[minmax(0,1fr)_22rem]">
        <Skeleton className="h-96 w-full" />
        <Skeleton className="h-96 w-full" />
      </div>
    </div>
  );
}
