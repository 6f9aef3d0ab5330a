import { useAsk } from '../../../api/ask.ts';
import { Failure } from '../../../components/failure.tsx';
import { Select } from '../../../components/ui/field.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import type { ImportAsk } from './upload.ts';

type Mapping = Readonly<Record<string, string | null>>;

interface ColumnMapProps {
  readonly ask: {
    readonly kind: ImportAsk['kind'];
    readonly source: NonNullable<ImportAsk['source']>;
    readonly head: string;
  };
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
}

/** Each column of a file, what it is read as, and a cell of it. */
export function ColumnMap({ ask, mapping, onChange }: ColumnMapProps) {
  const look = useAsk('POST /imports/look', { body: ask }, { enabled: ask.head !== '' });
  if (look.isPending) return <Skeleton className="h-40 w-full" />;
  if (look.error !== null) return <Failure error={look.error} />;
  const { columns, fields, fault } = look.data;
  const isMapped = Object.keys(mapping).length > 0;
  return (
    <div className="grid gap-2">
      {fault !== null && !isMapped && (
        <p role="status" className="text-sm text-fault">
          As it is, {fault}. Choose what the columns are.
        </p>
      )}
      <Table label="Columns">
        <TableHead>
          <HeadCell>Column</HeadCell>
          <HeadCell>Read as</HeadCell>
          <HeadCell>First value</HeadCell>
        </TableHead>
        <tbody>
          {columns.map(({ name, target, example }) => {
            const chosen = Object.hasOwn(mapping, name) ? mapping[name] : target;
            const own = target !== null && !fields.includes(target) ? [target] : [];
            return (
              <Row key={name}>
                <Cell className="font-medium">{name}</Cell>
                <Cell>
                  <Select
                    aria-label={`${name} is read as`}
                    className="min-w-40"
                    value={chosen ?? ''}
                    onChange={({ target: { value } }) =>
                      onChange({ ...mapping, [name]: value === '' ? null : value })
                    }
                  >
                    <option value="">Left out</option>
                    {[...own, ...fields].map((field) => (
                      <option key={field} value={field}>
                        {field}
                      </option>
                    ))}
                  </Select>
                </Cell>
                <Cell className="max-w-48 truncate text-muted">{example ?? ''}</Cell>
              </Row>
            );
          })}
        </tbody>
      </Table>
    </div>
  );
}
