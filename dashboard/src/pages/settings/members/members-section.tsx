import { useState } from 'react';
import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { useSide } from '../../../api/side.ts';
import { Failure } from '../../../components/failure.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Select } from '../../../components/ui/field.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import { Invitations } from './invitations.tsx';
import { ROLES } from './roles.ts';

type Member = RowOf<'GET /members'>;

/** Who may sign in to the workspace, and who is invited. */
export function MembersSection() {
  const mayChange = useMay('owner');
  const { member: self } = useSide();
  const members = useAskPages('GET /members', { query: { limit: 100 } });
  const [removing, setRemoving] = useState<Member | null>(null);
  const change = useDo('PATCH /members/{id}');
  const remove = useDo('DELETE /members/{id}', { onDone: () => setRemoving(null) });

  if (members.isPending) return <Skeleton className="h-64 w-full" />;
  return (
    <>
      <Failure error={members.error ?? change.error} stale={members.rows.length > 0} />
      <SettingsBlock
        title="Members"
        hint="Owners do everything; editors build and send; viewers read. Who gets another role signs in anew."
      >
        <Table label="Members">
          <TableHead>
            <HeadCell>Name</HeadCell>
            <HeadCell>Role</HeadCell>
            <HeadCell>Second factor</HeadCell>
            {mayChange && (
              <HeadCell>
                <span className="sr-only">Change</span>
              </HeadCell>
            )}
          </TableHead>
          <tbody>
            {members.rows.map((member) => (
              <Row key={member.id}>
                <Cell className="min-w-44">
                  <span className="font-medium">{member.name}</span>
                  {member.id === self.id && <span className="text-muted"> (you)</span>}
                  <span className="block text-sm break-all text-muted">{member.email}</span>
                </Cell>
                <Cell>
                  {mayChange ? (
                    <Select
                      aria-label={`Role of ${member.name}`}
                      className="min-w-28"
                      value={member.role}
                      disabled={change.isPending}
                      onChange={(event) => {
                        const role = ROLES.find((known) => known === event.target.value);
                        if (role !== undefined) {
                          change.mutate({ path: { id: member.id }, body: { role } });
                        }
                      }}
                    >
                      {ROLES.map((role) => (
                        <option key={role}>{role}</option>
                      ))}
                    </Select>
                  ) : (
                    member.role
                  )}
                </Cell>
                <Cell>
                  {member.two_factor ? (
                    <Badge tone="good">on</Badge>
                  ) : (
                    <Badge tone="quiet">off</Badge>
                  )}
                </Cell>
                {mayChange && (
                  <Cell className="text-right">
                    <Button
                      look="bare"
                      aria-label={`Remove ${member.name}`}
                      onClick={() => setRemoving(member)}
                    >
                      Remove…
                    </Button>
                  </Cell>
                )}
              </Row>
            ))}
          </tbody>
        </Table>
      </SettingsBlock>
      {mayChange && <Invitations />}
      <Confirm
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ''}?`}
        confirm="Remove"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => removing !== null && remove.mutate({ path: { id: removing.id } })}
      >
        <p>
          They are signed out everywhere and see nothing of this workspace any more. What they made
          stays. You can invite them again.
        </p>
      </Confirm>
    </>
  );
}
