import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Field, Input, Select } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { NumberField } from '../number-field.tsx';

const TLS = { tls: 'TLS', starttls: 'STARTTLS', none: 'none (only in your own network)' } as const;
type TlsName = keyof typeof TLS;

export function InboxForm({ onClose }: { readonly onClose: () => void }) {
  const [address, setAddress] = useState('');
  const [reads, setReads] = useState(true);
  const [host, setHost] = useState('');
  const [port, setPort] = useState('993');
  const [tls, setTls] = useState<TlsName>('tls');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const create = useDo('POST /inboxes', { onDone: onClose });
  return (
    <form
      aria-label="New inbox"
      className="grid gap-4 rounded-ui border bg-panel p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const imap = { host, port: Number(port), tls, username, password };
        create.mutate({ body: { address, ...(reads ? { imap } : {}) } });
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
        {reads && (
          <>
            <Field label="Server">
              {(ids) => (
                <Input
                  {...ids}
                  required
                  placeholder="imap.tidewater.example"
                  value={host}
                  onChange={(event) => setHost(event.target.value)}
                />
              )}
            </Field>
            <div className="grid grid-cols-[6rem_minmax(0,1fr)] gap-3">
              <NumberField label="Port" min={1} max={65_535} value={port} onChange={setPort} />
              <Field label="Encryption">
                {(ids) => (
                  <Select
                    {...ids}
                    value={tls}
                    onChange={(event) => setTls(event.target.value as TlsName)}
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
                  value={username}
                  onChange={(event) => setUsername(event.target.value)}
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
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
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
