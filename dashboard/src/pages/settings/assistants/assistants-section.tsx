import { Link } from '@tanstack/react-router';
import { useAskPages } from '../../../api/ask.ts';
import { useSide } from '../../../api/side.ts';
import { CopyBlock } from '../../../components/copy-block.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import { outcomeOf, STATE_WORDS, type Question } from '../../confirm/question.ts';

/** What assistants asked for, and how one is connected. */
export function AssistantsSection() {
  const { side } = useSide();
  const questions = useAskPages('GET /confirmations', { query: { limit: 50 } });
  if (questions.isPending) return <Skeleton className="h-120 w-full" />;
  return (
    <>
      <SettingsBlock
        title="What assistants asked for"
        hint="What sends on the live side, or takes something away, waits here until a member has read it and allows it once."
      >
        <Failure error={questions.error} stale={questions.rows.length > 0} />
        {questions.rows.length === 0 ? (
          questions.error === null && (
            <Empty title="Nothing was asked yet">
              An assistant that may send or delete nothing by itself asks here first.
            </Empty>
          )
        ) : (
          <QuestionTable rows={questions.rows} />
        )}
        <LoadMore
          hasMore={questions.hasNextPage}
          isLoading={questions.isFetchingNextPage}
          onMore={() => void questions.fetchNextPage()}
        />
      </SettingsBlock>
      <SettingsBlock
        title="Connect an assistant"
        hint={`With a secret key of the ${side.side} side, which says what it works on. Give the key to the program that connects, not to the conversation.`}
      >
        <CopyBlock title="Over HTTP" text={httpConfig()} />
        <CopyBlock title="By a program on your machine" text={stdioConfig()} />
      </SettingsBlock>
    </>
  );
}

function QuestionTable({ rows }: { readonly rows: readonly Question[] }) {
  return (
    <Table label="What assistants asked for">
      <TableHead>
        <HeadCell>What</HeadCell>
        <HeadCell>Code</HeadCell>
        <HeadCell>State</HeadCell>
        <HeadCell>Asked</HeadCell>
      </TableHead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id}>
            <Cell className="min-w-56">
              <Link
                to="/dashboard/confirm/$id"
                params={{ id: row.id }}
                className="underline underline-offset-2"
              >
                {row.words[0] ?? row.tool}
              </Link>
            </Cell>
            <Cell className="font-mono text-sm whitespace-nowrap">{row.code}</Cell>
            <Cell>
              <Badge tone={STATE_WORDS[row.state].tone}>{outcomeOf(row)}</Badge>
            </Cell>
            <Cell className="text-muted wide:whitespace-nowrap">
              <Instant at={row.requested_at} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

const httpConfig = (): string =>
  [
    `claude mcp add --transport http milepost ${window.location.origin}/mcp \\`,
    '  --header "Authorization: Bearer mp_sk_…"',
  ].join('\n');

const stdioConfig = (): string =>
  JSON.stringify(
    {
      mcpServers: {
        milepost: {
          command: 'npx',
          args: ['milepost', 'mcp'],
          env: { MILEPOST_URL: window.location.origin, MILEPOST_SECRET_KEY: 'mp_sk_…' },
        },
      },
    },
    null,
    2,
  );
