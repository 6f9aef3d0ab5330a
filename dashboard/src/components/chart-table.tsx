import type { ChartProps } from './chart.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from './ui/table.tsx';

/** The numbers of a chart. */
export function ChartTable({
  title,
  at,
  lines,
  wordsOf = String,
  atWordsOf = (instant) => instant.slice(0, 10),
}: ChartProps) {
  return (
    <Table label={title}>
      <TableHead>
        <HeadCell>When</HeadCell>
        {lines.map(({ name }) => (
          <HeadCell key={name} isNumber>
            {name}
          </HeadCell>
        ))}
      </TableHead>
      <tbody>
        {at.map((instant, index) => (
          <Row key={instant}>
            <Cell>{atWordsOf(instant)}</Cell>
            {lines.map(({ name, values }) => {
              const value = values[index] ?? null;
              return (
                <Cell key={name} isNumber>
                  {value === null ? '–' : wordsOf(value)}
                </Cell>
              );
            })}
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
