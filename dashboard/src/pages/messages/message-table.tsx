import { Link } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import type { RowOf } from '../../api/ask.ts';
import { Instant } from '../../components/instant.tsx';
import { StatusLabel } from '../../components/status-label.tsx';
import { Checkbox } from '../../components/ui/checkbox.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import type { NamedAutomation } from './use-automations.ts';

export type MessageRow = RowOf<'GET /messages'>;

interface MessageTableProps {
  readonly rows: readonly MessageRow[];
  readonly automations: ReadonlyMap<string, NamedAutomation>;
  /** The rows are those of the question before. */
  readonly isBehind: boolean;
  /** Null where nothing is to be chosen. */
  readonly chosen: ReadonlySet<string> | null;
  readonly onChoose: (ids: ReadonlySet<string>) => void;
  readonly onOpen: (id: string) => void;
}

export function MessageTable(props: MessageTableProps) {
  const { rows, automations, isBehind, chosen, onChoose, onOpen } = props;
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <div aria-busy={isBehind} className={isBehind ? 'opacity-60' : ''}>
      <Table label="Messages">
        <TableHead>
          {chosen !== null && (
            <HeadCell>
              <span className="sr-only">Chosen</span>
            </HeadCell>
          )}
          <HeadCell>Message</HeadCell>
          <HeadCell>State</HeadCell>
          <HeadCell>When</HeadCell>
          <HeadCell>Sent by</HeadCell>
          <HeadCell>Reason</HeadCell>
        </TableHead>
        <tbody>
          {rows.map((message) => (
            <Row key={message.id}>
              {chosen !== null && (
                <Cell>
                  <Checkbox
                    isLabelHidden
                    label={`Choose ${message.subject} to ${message.to}`}
                    checked={chosen.has(message.id)}
                    onChange={() => toggle(message.id)}
                  />
                </Cell>
              )}
              <Cell>
                <SubjectLink message={message} onOpen={onOpen} />
              </Cell>
              <Cell>
                <StatusLabel status={message.status} />
              </Cell>
              <Cell className="wide:whitespace-nowrap">
                <Instant at={message.sent_at ?? message.scheduled_for} />
              </Cell>
              <Cell>
                <SentBy message={message} automation={automations.get(message.automation_id)} />
              </Cell>
              <Cell>
                <span
                  title={message.reason ?? undefined}
                  className="block max-w-80 truncate text-muted"
                >
                  {message.reason ?? '–'}
                </span>
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

interface SubjectLinkProps {
  readonly message: MessageRow;
  readonly onOpen: (id: string) => void;
}

function SubjectLink({ message, onOpen }: SubjectLinkProps) {
  const openHere = (event: MouseEvent): void => {
    // With a modifier it is a link like any other: a new tab.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(message.id);
  };
  return (
    <Link
      to="/dashboard/messages"
      search={((all: object) => ({ ...all, m: message.id })) as never}
      onClick={openHere}
      className="grid max-w-72 min-w-40 wide:max-w-md"
    >
      <span className="truncate font-medium hover:underline">{message.subject}</span>
      <span className="truncate text-sm text-muted">{message.to}</span>
    </Link>
  );
}

interface SentByProps {
  readonly message: MessageRow;
  readonly automation: NamedAutomation | undefined;
}

/** Automations that are nobody's configuration, by their one step. */
const HIDDEN: Readonly<Record<string, string>> = {
  confirmation: 'Confirmation',
  transactional: 'Transactional',
};

function SentBy({ message, automation }: SentByProps) {
  const step =
    message.variant === null ? message.step_id : `${message.step_id}, ${message.variant}`;
  return (
    <span className="grid max-w-48 min-w-28">
      <span className="truncate">{automation?.name ?? HIDDEN[message.step_id] ?? 'Gone'}</span>
      {automation?.type !== 'broadcast' && (
        <span className="truncate text-sm text-muted">{step}</span>
      )}
    </span>
  );
}
