import { useAsk, useDo } from '../../../api/ask.ts';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import { browserOf } from './browser-of.ts';

/** Where the member is signed in. */
export function SessionsBlock() {
  const sessions = useAsk('GET /sessions', {});
  const revoke = useDo('POST /sessions/{id}/revoke');
  const revokeOthers = useDo('POST /sessions/revoke_others');
  const rows = sessions.data?.data ?? [];
  return (
    <SettingsBlock
      title="Sessions"
      hint="Where you are signed in."
      actions={
        rows.length > 1 && (
          <Button disabled={revokeOthers.isPending} onClick={() => revokeOthers.mutate({})}>
            Sign out {rows.length - 1} {rows.length === 2 ? 'other' : 'others'}
          </Button>
        )
      }
    >
      <Failure error={sessions.error ?? revoke.error ?? revokeOthers.error} />
      {sessions.isPending && <Skeleton className="h-24 w-full" />}
      {rows.length > 0 && (
        <Table label="Sessions">
          <TableHead>
            <HeadCell>Browser</HeadCell>
            <HeadCell>Address</HeadCell>
            <HeadCell>Last used</HeadCell>
            <HeadCell>
              <span className="sr-only">Change</span>
            </HeadCell>
          </TableHead>
          <tbody>
            {rows.map(
              ({ id, user_agent: agent, address, used_at: usedAt, is_current: isCurrent }) => (
                <Row key={id}>
                  <Cell>
                    <span title={agent ?? undefined}>{browserOf(agent)}</span>{' '}
                    {isCurrent && <Badge tone="good">this one</Badge>}
                  </Cell>
                  <Cell className="font-mono text-sm">{address ?? 'unknown'}</Cell>
                  <Cell className="text-muted wide:whitespace-nowrap">
                    <Instant at={usedAt} />
                  </Cell>
                  <Cell className="text-right">
                    {!isCurrent && (
                      <Button
                        look="bare"
                        disabled={revoke.isPending}
                        onClick={() => revoke.mutate({ path: { id } })}
                      >
                        Sign out
                      </Button>
                    )}
                  </Cell>
                </Row>
              ),
            )}
          </tbody>
        </Table>
      )}
    </SettingsBlock>
  );
}
