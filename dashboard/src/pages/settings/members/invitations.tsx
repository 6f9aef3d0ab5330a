import type { Answer } from '@milepost/sdk';
import { useState } from 'react';
import { useAskPages, useDo } from '../../../api/ask.ts';
import type { Role } from '../../../api/may.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input, Select } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import { ROLES } from './roles.ts';

/** Who is invited: a link, shown once and sent by email where mail leaves. */
export function Invitations() {
  const invitations = useAskPages('GET /invitations', { query: { limit: 100 } });
  const [made, setMade] = useState<Answer<'POST /invitations'> | null>(null);
  const revoke = useDo('POST /invitations/{id}/revoke');
  return (
    <SettingsBlock title="Invitations" hint="A link works once, for a week.">
      <Failure error={invitations.error ?? revoke.error} stale={invitations.rows.length > 0} />
      <InviteForm onMade={setMade} />
      {made !== null && (
        <Notice role="status" tone="done" title={`${made.email} is invited`}>
          <CopyText text={made.link} label="Copy the link" />
          <p className="text-sm text-muted">
            {made.emailed
              ? 'It was sent to them too. The link is not shown again.'
              : 'No mail leaves this workspace yet: give them the link yourself. It is not shown again.'}
          </p>
        </Notice>
      )}
      {invitations.rows.length > 0 && (
        <Table label="Invitations">
          <TableHead>
            <HeadCell>Email</HeadCell>
            <HeadCell>Role</HeadCell>
            <HeadCell>Works until</HeadCell>
            <HeadCell>
              <span className="sr-only">Change</span>
            </HeadCell>
          </TableHead>
          <tbody>
            {invitations.rows.map(({ id, email, role, expires_at: expiresAt }) => (
              <Row key={id}>
                <Cell className="min-w-44 break-all">{email}</Cell>
                <Cell>{role}</Cell>
                <Cell className="text-muted wide:whitespace-nowrap">
                  <Instant at={expiresAt} />
                </Cell>
                <Cell className="text-right">
                  <Button
                    look="bare"
                    aria-label={`Revoke the invitation of ${email}`}
                    disabled={revoke.isPending}
                    onClick={() => revoke.mutate({ path: { id } })}
                  >
                    Revoke
                  </Button>
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </SettingsBlock>
  );
}

function InviteForm({ onMade }: { readonly onMade: (made: Answer<'POST /invitations'>) => void }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const invite = useDo('POST /invitations', {
    onDone: (made) => {
      setEmail('');
      onMade(made);
    },
  });
  return (
    <form
      className="grid items-end gap-3 wide:grid-cols-[minmax(0,1fr)_9rem_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ body: { email, role } });
      }}
    >
      <Field label="Email">
        {(ids) => (
          <Input
            {...ids}
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Role">
        {(ids) => (
          <Select
            {...ids}
            value={role}
            onChange={(event) =>
              setRole(ROLES.find((known) => known === event.target.value) ?? 'viewer')
            }
          >
            {ROLES.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </Select>
        )}
      </Field>
      <Button
        type="submit"
        look="primary"
        className="justify-self-start"
        disabled={invite.isPending}
      >
        Invite
      </Button>
      {invite.error !== null && (
        <p role="alert" className="text-sm text-fault wide:col-span-3">
          {invite.error.message}
        </p>
      )}
    </form>
  );
}
