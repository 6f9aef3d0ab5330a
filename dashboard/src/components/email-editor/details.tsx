import { useAsk } from '../../api/ask.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field, Input, Select } from '../ui/field.tsx';
import { bodyKindOf, changed, type EmailFields, type EmailFormat } from './email-fields.ts';
import { Faults } from './faults.tsx';
import type { EmailFault } from './email-fields.ts';

interface DetailsProps {
  readonly email: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
}

const FORMATS = {
  plain: 'Plain: like a mail somebody typed',
  personal: 'Personal: a greeting and a name below',
  branded: 'Branded: logo, colour and footer',
} as const;

/** Who it is from, what it is for, how it is framed and counted. */
export function Details({ email, onChange, faults, isReadOnly }: DetailsProps) {
  const change = (over: Partial<EmailFields>): void => onChange(changed(email, over));
  const isMarketing = email.purpose !== 'transactional';
  const isWhole = bodyKindOf(email) === 'mjml';
  return (
    <fieldset disabled={isReadOnly} className="grid gap-4 @xl:grid-cols-2">
      <legend className="sr-only">Sender and delivery</legend>
      <SenderFields email={email} onChange={change} faults={faults} />
      <div data-place="format">
        <Field
          label="Format"
          hint={isWhole ? 'An MJML document brings its own frame.' : 'What goes around the body.'}
        >
          {(ids) => (
            <Select
              {...ids}
              disabled={isWhole}
              value={email.format ?? ''}
              onChange={(event) => change({ format: (event.target.value || null) as EmailFormat })}
            >
              <option value="">None: the body is the whole email</option>
              {Object.entries(FORMATS).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Faults faults={faults} at="format" />
      </div>
      <div data-place="purpose">
        <Field
          label="Purpose"
          hint={
            isMarketing
              ? 'People can decline it.'
              : 'Part of a service: goes to people who unsubscribed too.'
          }
        >
          {(ids) => (
            <Select
              {...ids}
              value={email.purpose ?? 'marketing'}
              onChange={({ target: { value } }) =>
                change(
                  value === 'transactional' ? { purpose: value, list_id: null } : { purpose: null },
                )
              }
            >
              <option value="marketing">Marketing</option>
              <option value="transactional">Transactional</option>
            </Select>
          )}
        </Field>
      </div>
      {isMarketing && <ListField email={email} onChange={change} faults={faults} />}
      <Tracking email={email} onChange={change} />
      <Checkbox
        className="@xl:col-span-2"
        label="Skip people with a missing value"
        hint="An empty value without a fallback skips the email, with the reason."
        checked={email.strict === true}
        onChange={(event) => change({ strict: event.target.checked ? true : null })}
      />
    </fieldset>
  );
}

interface PartProps {
  readonly email: EmailFields;
  readonly onChange: (over: Partial<EmailFields>) => void;
  readonly faults?: readonly EmailFault[];
}

const OWN = 'own';

function SenderFields({ email, onChange, faults = [] }: PartProps) {
  const { data } = useAsk('GET /senders', { query: { limit: 100 } });
  const senders = data?.data ?? [];
  const { from, sender_id: senderId } = email;
  const hasOwn = from !== undefined && from !== null;
  const choice = hasOwn ? OWN : (senderId ?? '');
  return (
    <>
      <div data-place="from" className="grid content-start gap-1">
        <Field label="From">
          {(ids) => (
            <Select
              {...ids}
              value={choice}
              onChange={({ target: { value } }) => {
                if (value === OWN) onChange({ from: '', sender_id: null });
                else onChange({ from: null, sender_id: value || null });
              }}
            >
              <option value="">The default sender</option>
              {senders.map(({ id, name, address }) => (
                <option key={id} value={id}>
                  {name === '' ? address : `${name} <${address}>`}
                </option>
              ))}
              {senderId && !senders.some(({ id }) => id === senderId) && (
                <option value={senderId}>A sender that is not here</option>
              )}
              <option value={OWN}>Another address…</option>
            </Select>
          )}
        </Field>
        {hasOwn && (
          <Input
            aria-label="From: name and address"
            placeholder="Ada <ada@example.com>"
            value={from}
            onChange={(event) => onChange({ from: event.target.value })}
          />
        )}
        <Faults faults={faults} at="from" />
        <Faults faults={faults} at="sender_id" />
      </div>
      <div data-place="reply_to">
        <Field label="Replies go to">
          {(ids) => (
            <Input
              {...ids}
              placeholder="the sender"
              value={email.reply_to ?? ''}
              onChange={(event) => onChange({ reply_to: event.target.value || null })}
            />
          )}
        </Field>
        <Faults faults={faults} at="reply_to" />
      </div>
    </>
  );
}

function ListField({ email, onChange, faults = [] }: PartProps) {
  const { data } = useAsk('GET /lists', { query: { limit: 100 } });
  const lists = (data?.data ?? []).filter(({ archived_at: at }) => at === null);
  const { list_id: listId } = email;
  const isKnown = !listId || lists.some(({ id }) => id === listId);
  return (
    <div data-place="list_id">
      <Field label="List" hint="What people decline when they unsubscribe.">
        {(ids) => (
          <Select
            {...ids}
            value={listId ?? ''}
            onChange={(event) => onChange({ list_id: event.target.value || null })}
          >
            <option value="">All marketing mail</option>
            {lists.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            {!isKnown && data !== undefined && <option value={listId}>Archived or gone</option>}
          </Select>
        )}
      </Field>
      <Faults faults={faults} at="list_id" />
    </div>
  );
}

const said = (value: boolean | undefined): string =>
  value === undefined ? '' : value ? 'on' : 'off';

function Tracking({ email, onChange }: PartProps) {
  const { tracking } = email;
  const change = (name: 'opens' | 'clicks', value: string): void => {
    const next = changed<{ opens?: boolean; clicks?: boolean }>(tracking ?? {}, {});
    if (value === '') delete next[name];
    else next[name] = value === 'on';
    onChange({ tracking: Object.keys(next).length === 0 ? null : next });
  };
  return (
    <div className="grid grid-cols-2 gap-4" data-place="tracking">
      {(['opens', 'clicks'] as const).map((name) => (
        <Field key={name} label={name === 'opens' ? 'Count opens' : 'Count clicks'}>
          {(ids) => (
            <Select
              {...ids}
              value={said(tracking?.[name])}
              onChange={(event) => change(name, event.target.value)}
            >
              <option value="">As set elsewhere</option>
              <option value="on">Yes</option>
              <option value="off">No</option>
            </Select>
          )}
        </Field>
      ))}
    </div>
  );
}
