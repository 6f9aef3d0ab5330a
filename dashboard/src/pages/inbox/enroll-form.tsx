import { type SubmitEvent, useState } from 'react';
import { useEnroll } from '../../api/enroll.ts';
import { useSeries } from '../../api/series.ts';
import { useSide } from '../../api/side.ts';
import { close, usePlace } from '../../app/location.ts';
import { isZone, viewerZone } from '../../app/time.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { curlsOf } from './curl.ts';
import { EnrollAnswer } from './enroll-answer.tsx';
import { type NamedSeries, type Person, PersonFields, SeriesField } from './enroll-fields.tsx';

/** Stands in the commands until an address was typed. */
const EXAMPLE_EMAIL = 'you@example.com';

/**
 * The whole path for one person: the two calls an application makes, made from here.
 *
 * @param onEnroll called when the form is sent, before there is an answer
 */
export function EnrollForm({ onEnroll }: { readonly onEnroll: () => void }) {
  const { side } = useSide();
  const { enrolling } = usePlace();
  const series = useSeries();
  const active = series.data?.filter(({ status }) => status === 'active');
  return (
    <div className="mx-auto grid max-w-xl gap-5 px-4 py-5 wide:mx-0 wide:px-8 wide:py-6">
      <div className="grid gap-1">
        <div className="flex items-start justify-between gap-4">
          <h2 className="text-lg font-semibold">Enroll yourself</h2>
          {enrolling && (
            <Button look="bare" className="-my-1 -mr-2" onClick={close}>
              Close
            </Button>
          )}
        </div>
        <p className="text-muted">
          Makes the two calls your application would make: identify a user, then enroll them.
        </p>
      </div>
      {side.side === 'live' && (
        <Notice tone="asking" title="This is the live side">
          <p>The mail will really be sent to the address you give.</p>
        </Notice>
      )}
      {side.widget_key === null ? (
        <Notice title="This side has no widget key">
          <p className="text-muted">Make one with npx milepost keys rotate.</p>
        </Notice>
      ) : active === undefined ? (
        <Skeleton className="h-56 w-full" />
      ) : active.length === 0 ? (
        <Notice title="No series is active on this side">
          <p className="text-muted">
            Create one with POST /api/v1/series and activate it; it can be chosen here then.
          </p>
        </Notice>
      ) : (
        <Form
          key={String(enrolling)}
          focusFirst={enrolling}
          onEnroll={onEnroll}
          widgetKey={side.widget_key}
          series={active}
        />
      )}
    </div>
  );
}

interface FormProps {
  /** Someone asked for the form, rather than finding it on an empty page. */
  readonly focusFirst: boolean;
  readonly onEnroll: () => void;
  readonly widgetKey: string;
  readonly series: readonly NamedSeries[];
}

function Form({ focusFirst, onEnroll, widgetKey, series }: FormProps) {
  const [person, setPerson] = useState<Person>({ email: '', name: '', timezone: viewerZone });
  const [chosenId, setChosenId] = useState<string | null>(null);
  const enroll = useEnroll(widgetKey);

  const seriesId = series.find(({ id }) => id === chosenId)?.id ?? series[0]?.id ?? '';
  const address = person.email.trim() || EXAMPLE_EMAIL;
  const traits = traitsOf({ ...person, email: address });

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onEnroll();
    enroll.mutate({ userId: address, traits, seriesId });
  };

  return (
    <>
      <form onSubmit={submit} className="grid gap-4 wide:grid-cols-2">
        <PersonFields
          person={person}
          exampleEmail={EXAMPLE_EMAIL}
          focusFirst={focusFirst}
          onChange={(change) => setPerson({ ...person, ...change })}
        />
        <SeriesField series={series} seriesId={seriesId} onChange={setChosenId} />
        <div className="wide:col-span-2">
          <Button type="submit" look="primary" disabled={enroll.isPending}>
            {enroll.isPending ? 'Enrolling…' : 'Identify and enroll'}
          </Button>
        </div>
      </form>
      <EnrollAnswer enroll={enroll} zone={isZone(person.timezone) ? person.timezone : 'UTC'} />
      <CopyBlock
        title="The same from a shell"
        text={curlsOf({
          origin: window.location.origin,
          widgetKey,
          userId: address,
          traits,
          seriesId,
        })}
      />
    </>
  );
}

/** What was filled in; an empty field is left out rather than overwriting what is known. */
function traitsOf(fields: Readonly<Record<string, string>>): Record<string, string> {
  const given = Object.entries(fields).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}
