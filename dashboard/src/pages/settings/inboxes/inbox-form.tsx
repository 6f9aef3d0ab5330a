import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Field, Input, Select } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { NumberField } from '../number-field.tsx';

const TLS = { tls: 'TLS', starttls: 'STARTTLS', none: 'none (only in your own network)' } as const;
type TlsName = keyof typeof TLS;

interface Imap {
  readonly host: string;
  /** As it is typed. */
  readonly port: string;
  readonly tls: TlsName;
  readonly username: string;
  readonly password: string;
}

const NO_IMAP: Imap = { host: '', port: '993', tls: 'tls', username: '', password: '' };

export function InboxForm({ onClose }: { readonly onClose: () => void }) {
  const [address, setAddress] = useState('');
  const [reads, setReads] = useState(true);
  const [imap, setImap] = useState(NO_IMAP);
  const create = useDo('POST /inboxes', { onDone: onClose });
  return (
    <form
      aria-label="New inbox"
      className="grid gap-4 rounded-ui border bg-panel p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const account = { ...imap, port: Number(imap.port) };
        create.mutate({ body: { address, ...(reads ? { imap: account } : {}) } });
      }}
    >
      <div className="grid gap-4 wide:grid-cols-2">
        <Field
          label="Address"
          hint="Return paths are this address with a signed part after a plus."
        >
          {(ids) => (
            <Input
              {...ids}
              type="email"
              required
              placeholder="bounces@mail.tidewater.example"
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
        <Checkbox
          className="wide:pt-7"
          label="Read it by IMAP"
          hint="Otherwise a mail server or a provider hands mail on to an address of ours."
          checked={reads}
          onChange={(event) => setReads(event.target.checked)}
        />
        {reads && <ImapFields imap={imap} onChange={setImap} />}
      </div>
      <FormError error={create.error} />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={create.isPending}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

interface ImapFieldsProps {
  readonly imap: Imap;
  readonly onChange: (imap: Imap) => void;
}

/** Where mail is fetched, and as whom. */
function ImapFields({ imap, onChange }: ImapFieldsProps) {
  const set = (change: Partial<Imap>): void => onChange({ ...imap, ...change });
  return (
    <>
      <Field label="Server">
        {(ids) => (
          <Input
            {...ids}
            required
            placeholder="imap.tidewater.example"
            value={imap.host}
            onChange={(event) => set({ host: event.target.value })}
          />
        )}
      </Field>
      <div className="grid grid-cols-[6rem_minmax(0,1fr)] gap-3">
        <NumberField
          label="Port"
          min={1}
          max={65_535}
          value={imap.port}
          onChange={(port) => set({ port })}
        />
        <Field label="Encryption">
          {(ids) => (
            <Select
              {...ids}
              value={imap.tls}
              onChange={(event) => set({ tls: event.target.value as TlsName })}
            >
              {Object.entries(TLS).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field label="User name">
        {(ids) => (
          <Input
            {...ids}
            required
            autoComplete="off"
            value={imap.username}
            onChange={(event) => set({ username: event.target.value })}
          />
        )}
      </Field>
      <Field label="Password" hint="Stored encrypted, never shown.">
        {(ids) => (
          <Input
            {...ids}
            type="password"
            required
            autoComplete="off"
            value={imap.password}
            onChange={(event) => set({ password: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
