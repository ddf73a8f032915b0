import { Skeleton } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr, type ThProps } from '@patternfly/react-table';
import { useMemo, useState, type ReactNode } from 'react';

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  /** What to order by, when all rows are at hand. */
  sort?: (row: T) => string | number | null | undefined;
  /** The engine's name for this order, when only a page of the rows is at hand. */
  serverSort?: string;
  width?: ThProps['width'];
  numeric?: boolean;
}

export interface ServerOrder {
  sort: string;
  onSort: (sort: string) => void;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[] | undefined;
  rowKey: (row: T) => string;
  empty: ReactNode;
  selection?: { selected: ReadonlySet<string>; onChange: (selected: Set<string>) => void };
  /** Given when the engine orders, because there are more pages. */
  server?: ServerOrder;
  actions?: (row: T) => ReactNode;
  initialSort?: { column: number; direction: 'asc' | 'desc' };
}

/** A dense table that sorts by its headings. */
export function DataTable<T>({
  label,
  columns,
  rows,
  rowKey,
  empty,
  selection,
  server,
  actions,
  initialSort,
}: Props<T>) {
  const [order, setOrder] = useState(initialSort);
  const sorted = useMemo(() => (server ? rows : ordered(rows, columns, order)), [rows, columns, order, server]);

  if (rows && rows.length === 0) return <>{empty}</>;

  const sortOf = (index: number): ThProps['sort'] => {
    const column = columns[index];
    if (server ? !column?.serverSort : !column?.sort) return undefined;
    const current = server ? serverOrder(columns, server.sort) : order;
    return {
      columnIndex: index,
      sortBy: { index: current?.column, direction: current?.direction },
      onSort: (_event, _index, direction) => {
        if (server) server.onSort(`${direction === 'desc' ? '-' : ''}${column?.serverSort}`);
        else setOrder({ column: index, direction });
      },
    };
  };
  const keys = sorted?.map(rowKey) ?? [];
  const toggle = (key: string, isSelected: boolean) => {
    const next = new Set(selection?.selected);
    if (isSelected) next.add(key);
    else next.delete(key);
    selection?.onChange(next);
  };

  return (
    <div className="kv-table">
      <Table aria-label={label} variant="compact" isStickyHeader>
        <Thead>
          <Tr>
            {selection && (
              <Th
                aria-label="Select all"
                select={{
                  isSelected: keys.length > 0 && keys.every((key) => selection.selected.has(key)),
                  onSelect: (_event, isSelected) => selection.onChange(new Set(isSelected ? keys : [])),
                }}
              />
            )}
            {columns.map((column, index) => (
              <Th
                key={column.title}
                modifier="nowrap"
                width={column.width}
                sort={sortOf(index)}
                className={numeric(column)}
              >
                {column.title}
              </Th>
            ))}
            {actions && <Th screenReaderText="Actions" />}
          </Tr>
        </Thead>
        <Tbody>
          {!sorted && <Loading columns={columns.length + (selection ? 1 : 0) + (actions ? 1 : 0)} />}
          {sorted?.map((row, rowIndex) => (
            <Tr key={rowKey(row)}>
              {selection && (
                <Td
                  select={{
                    rowIndex,
                    isSelected: selection.selected.has(rowKey(row)),
                    onSelect: (_event, isSelected) => toggle(rowKey(row), isSelected),
                  }}
                />
              )}
              {columns.map((column) => (
                <Td key={column.title} dataLabel={column.title} className={numeric(column)}>
                  {column.cell(row)}
                </Td>
              ))}
              {actions && <Td isActionCell>{actions(row)}</Td>}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}

function numeric<T>(column: Column<T>): string | undefined {
  return column.numeric ? 'kv-numeric' : undefined;
}

function serverOrder<T>(columns: Column<T>[], sort: string) {
  const name = sort.replace(/^-/, '');
  const column = columns.findIndex((candidate) => candidate.serverSort === name);
  return column < 0 ? undefined : { column, direction: sort.startsWith('-') ? ('desc' as const) : ('asc' as const) };
}

function ordered<T>(rows: T[] | undefined, columns: Column<T>[], order: Props<T>['initialSort']): T[] | undefined {
  const by = order && columns[order.column]?.sort;
  if (!rows || !order || !by) return rows;
  const sign = order.direction === 'asc' ? 1 : -1;
  return [...rows].sort((a, b) => sign * compare(by(a), by(b)));
}

/** Unknown values come last in rising order; names order as people do: `vm2` before `vm10`. */
export function compare(a: string | number | null | undefined, b: string | number | null | undefined): number {
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function Loading({ columns }: { columns: number }) {
  return [0, 1, 2].map((row) => (
    <Tr key={row}>
      {Array.from({ length: columns }, (_, column) => (
        <Td key={column}>
          <Skeleton width="70%" screenreaderText="Loading" />
        </Td>
      ))}
    </Tr>
  ));
}
