import { type FormEvent, useId, useState } from 'react';
import { useEnroll } from '../../api/enroll.ts';
import { useSeries } from '../../api/series.ts';
import { useSide } from '../../api/side.ts';
import { close, usePlace } from '../../app/location.ts';
import { isZone, viewerZone } from '../../app/time.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input, Select } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { curlsOf } from './curl.ts';
import { EnrollAnswer } from './enroll-answer.tsx';

/** Stands in the commands until an address was typed. */
const EXAMPLE_EMAIL = 'you@example.com';

/** The whole path for one person: the two calls an application makes, made from here. */
export function EnrollForm() {
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
          autoFocus={enrolling}
          widgetKey={side.widget_key}
          series={active}
        />
      )}
    </div>
  );
}

interface FormProps {
  /** Someone asked for the form, rather than finding it on an empty page. */
  readonly autoFocus: boolean;
  readonly widgetKey: string;
  readonly series: readonly { readonly id: string; readonly name: string }[];
}

function Form({ autoFocus, widgetKey, series }: FormProps) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [timezone, setTimezone] = useState(viewerZone);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const enroll = useEnroll(widgetKey);
  const zonesId = useId();

  const seriesId = series.find(({ id }) => id === chosenId)?.id ?? series[0]?.id ?? '';
  const address = email.trim();
  const traits = traitsOf({ email: address || EXAMPLE_EMAIL, name, timezone });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    enroll.mutate({ userId: address, traits, seriesId });
  };

  return (
    <>
      <form onSubmit={submit} className="grid gap-4 wide:grid-cols-2">
        <Field label="Email" hint="Also used as the user_id.">
          {(ids) => (
            <Input
              {...ids}
              type="email"
              required
              autoFocus={autoFocus}
              autoComplete="email"
              maxLength={255}
              placeholder={EXAMPLE_EMAIL}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <Field label="Name" hint="For {{ user.name }} in the mail.">
          {(ids) => (
            <Input
              {...ids}
              autoComplete="name"
              maxLength={255}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Time zone"
          hint={
            isZone(timezone) || timezone === ''
              ? 'Send windows are in this zone.'
              : 'Not a known zone: it would be kept, and not used.'
          }
        >
          {(ids) => (
            <Input
              {...ids}
              list={zonesId}
              autoComplete="off"
              spellCheck={false}
              maxLength={255}
              value={timezone}
              onChange={(event) => setTimezone(event.target.value)}
            />
          )}
        </Field>
        <datalist id={zonesId}>
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <Field label="Series">
          {(ids) => (
            <Select {...ids} value={seriesId} onChange={(event) => setChosenId(event.target.value)}>
              {series.map(({ id, name: title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="wide:col-span-2">
          <Button type="submit" look="primary" disabled={enroll.isPending}>
            {enroll.isPending ? 'Enrolling…' : 'Identify and enroll'}
          </Button>
        </div>
      </form>
      <EnrollAnswer enroll={enroll} zone={isZone(timezone) ? timezone : 'UTC'} />
      <CopyBlock
        title="The same from a shell"
        text={curlsOf({
          origin: window.location.origin,
          widgetKey,
          userId: address || EXAMPLE_EMAIL,
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
