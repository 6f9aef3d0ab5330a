import { Link } from '@tanstack/react-router';
import Plus from 'lucide-react/icons/plus';
import { useState } from 'react';
import { useAskPages } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Checkbox } from '../../components/ui/checkbox.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { KIND_WORDS, type Template, type TemplateKind } from './kind-words.ts';
import { NewTemplate } from './new-template.tsx';

/** Bodies that several emails share: whole templates, and snippets that go into them. */
export function TemplatesPage() {
  const mayEdit = useMay('editor');
  const [kind, setKind] = useSearchText('kind');
  const [archived, setArchived] = useSearchText('archived');
  const [isMaking, setIsMaking] = useState(false);
  const query = {
    limit: 50,
    ...(kind === '' ? {} : { kind: kind as TemplateKind }),
    ...(archived === '' ? {} : { archived: true }),
  };
  const list = useAskPages('GET /templates', { query }, { keepsPrevious: true });
  return (
    <Page
      title="Templates"
      hint="Bodies and snippets that emails share. What is published stays on the version it has."
      actions={
        mayEdit && (
          <Button look="primary" onClick={() => setIsMaking(true)}>
            <Plus size={14} aria-hidden />
            New
          </Button>
        )
      }
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Segmented
          label="Kind"
          value={kind === '' ? 'all' : kind}
          onChange={(value) => setKind(value === 'all' ? '' : value)}
          segments={[
            { value: 'all', label: 'All' },
            { value: 'template', label: 'Templates' },
            { value: 'snippet', label: 'Snippets' },
          ]}
        />
        <Checkbox
          label="Archived too"
          checked={archived !== ''}
          onChange={(event) => setArchived(event.target.checked ? 'yes' : '')}
        />
      </div>
      <Failure error={list.error} stale={list.rows.length > 0} />
      {list.isPending ? (
        <Skeleton className="h-64 w-full" />
      ) : list.rows.length === 0 && list.error === null ? (
        <Empty title="Nothing here yet">
          <p>
            A template is a body that several emails use. A snippet is a piece of one, such as a
            signature.
          </p>
        </Empty>
      ) : (
        <TemplateTable rows={list.rows} />
      )}
      <LoadMore
        hasMore={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
      <NewTemplate open={isMaking} onOpenChange={setIsMaking} />
    </Page>
  );
}

function TemplateTable({ rows }: { readonly rows: readonly Template[] }) {
  return (
    <Table label="Templates and snippets">
      <TableHead>
        <HeadCell>Name</HeadCell>
        <HeadCell>Kind</HeadCell>
        <HeadCell>Slug</HeadCell>
        <HeadCell isNumber>Version</HeadCell>
        <HeadCell>Changed</HeadCell>
      </TableHead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id}>
            <Cell>
              <Link
                to="/dashboard/templates/$id"
                params={{ id: row.id }}
                className="font-medium underline-offset-2 hover:underline"
              >
                {row.name}
              </Link>{' '}
              {row.archived_at !== null && <Badge tone="quiet">archived</Badge>}
            </Cell>
            <Cell>{KIND_WORDS[row.kind]}</Cell>
            <Cell className="font-mono text-sm">{row.slug}</Cell>
            <Cell isNumber>{row.version}</Cell>
            <Cell className="wide:whitespace-nowrap">
              <Instant at={row.updated_at} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
