import { CopyText } from '../../../components/copy-text.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import type { Key } from './keys-section.tsx';

interface KeyTableProps {
  readonly label: string;
  readonly keys: readonly Key[];
  readonly mayChange: boolean;
  readonly onRotate: (key: Key) => void;
  readonly onRevoke: (key: Key) => void;
}

export function KeyTable({ label, keys, mayChange, onRotate, onRevoke }: KeyTableProps) {
  if (keys.length === 0) return <p className="text-muted">There is none yet.</p>;
  return (
    <Table label={label}>
      <TableHead>
        <HeadCell>Key</HeadCell>
        <HeadCell>Made</HeadCell>
        <HeadCell>State</HeadCell>
        {mayChange && (
          <HeadCell>
            <span className="sr-only">Change</span>
          </HeadCell>
        )}
      </TableHead>
      <tbody>
        {keys.map((key) => (
          <Row key={key.id}>
            <Cell className={key.key === null ? '' : 'min-w-64'}>
              {key.key === null ? (
                <code className="font-mono text-sm whitespace-nowrap">…{key.hint}</code>
              ) : (
                <CopyText text={key.key} label={`Copy …${key.hint}`} />
              )}
            </Cell>
            <Cell className="text-muted wide:whitespace-nowrap">
              <Instant at={key.created_at} />
            </Cell>
            <Cell>
              {key.revoked_at === null ? (
                <Badge tone="good">in use</Badge>
              ) : (
                <Badge tone="quiet">revoked</Badge>
              )}
            </Cell>
            {mayChange && (
              <Cell className="text-right whitespace-nowrap">
                {key.revoked_at === null && (
                  <>
                    <Button
                      look="bare"
                      aria-label={`Rotate …${key.hint}`}
                      onClick={() => onRotate(key)}
                    >
                      Rotate
                    </Button>
                    <Button
                      look="bare"
                      aria-label={`Revoke …${key.hint}`}
                      onClick={() => onRevoke(key)}
                    >
                      Revoke…
                    </Button>
                  </>
                )}
              </Cell>
            )}
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
