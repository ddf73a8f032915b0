import { Button, FormSelect, FormSelectOption, SearchInput } from '@patternfly/react-core';
import { useEffect, useState, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { Query } from '../api/client';
import { useList, type Kind, type Kinds } from '../api/queries';
import { DataTable, type Column } from './DataTable';
import { Empty } from './Empty';
import { PageHeader } from './layout';
import { ProblemAlert } from './ProblemAlert';

export interface Filter {
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

interface Props<K extends Kind> {
  kind: K;
  title?: string;
  label: string;
  columns: Column<Kinds[K]>[];
  empty: ReactNode;
  /** Filters that are always on, such as the cluster whose page this is. */
  fixed?: Query;
  filters?: Filter[];
  actions?: ReactNode;
  rowActions?: (row: Kinds[K]) => ReactNode;
  selection?: { selected: ReadonlySet<string>; onChange: (selected: Set<string>) => void };
  searchable?: boolean;
  initialSort?: { column: number; direction: 'asc' | 'desc' };
  defaultSort?: string;
}

const PAGE = 100;

/** A searched, filtered, paged table of one kind. Search and filters are part of the address. */
export function ListPage<K extends Kind>(props: Props<K>) {
  const { kind, title, fixed = {}, filters = [], searchable = true } = props;
  const [params, setParams] = useSearchParams();
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const sort = params.get('sort') ?? props.defaultSort ?? 'name';
  const chosen = Object.fromEntries(filters.map((filter) => [filter.name, params.get(filter.name) ?? '']));
  const q = params.get('q') ?? '';
  const cursor = cursors.at(-1);
  const timed = kind === 'event';
  const query: Query = { ...fixed, ...chosen, limit: PAGE, cursor, ...(timed ? {} : { sort, q }) };
  const { data, error, isPlaceholderData } = useList(kind, query);

  const set = (name: string, value: string) => {
    setCursors([undefined]);
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };
  const filtered = Boolean(q) || Object.values(chosen).some(Boolean);
  const paged = cursors.length > 1 || Boolean(data?.nextCursor);

  return (
    <>
      {title && <PageHeader title={title} actions={props.actions} />}
      <div className={title ? 'kv-page-body' : undefined}>
        <div className="kv-toolbar">
          {searchable && <Search value={q} onChange={(value) => set('q', value)} label={`Search ${props.label}`} />}
          {filters.map((filter) => (
            <FormSelect
              key={filter.name}
              aria-label={filter.label}
              value={chosen[filter.name]}
              className="kv-filter"
              onChange={(_event, value) => set(filter.name, value)}
            >
              <FormSelectOption value="" label={filter.label} />
              {filter.options.map((option) => (
                <FormSelectOption key={option.value} {...option} />
              ))}
            </FormSelect>
          ))}
          {!title && props.actions}
          {data && data.items.length > 0 && !paged && (
            <span className="kv-subtle kv-toolbar-end">{data.items.length} in all</span>
          )}
          {paged && (
            <Pager
              page={cursors.length}
              onPrevious={cursors.length > 1 ? () => setCursors(cursors.slice(0, -1)) : undefined}
              onNext={data?.nextCursor ? () => setCursors([...cursors, data.nextCursor ?? undefined]) : undefined}
              busy={isPlaceholderData}
            />
          )}
        </div>
        <ProblemAlert error={error} />
        {!(error && !data) && (
          <DataTable
            label={props.label}
            columns={props.columns}
            rows={data?.items}
            rowKey={(row) => String(row.id)}
            empty={filtered ? <Empty title="Nothing matches">Change the search or the filters.</Empty> : props.empty}
            selection={props.selection}
            actions={props.rowActions}
            initialSort={props.initialSort}
            server={paged && !timed ? { sort, onSort: (value) => set('sort', value) } : undefined}
          />
        )}
      </div>
    </>
  );
}

interface PagerProps {
  page: number;
  onPrevious?: () => void;
  onNext?: () => void;
  busy: boolean;
}

function Pager({ page, onPrevious, onNext, busy }: PagerProps) {
  return (
    <span className="kv-toolbar-end kv-pager">
      <Button size="sm" variant="secondary" isDisabled={!onPrevious || busy} onClick={onPrevious}>
        Previous
      </Button>
      <span className="kv-subtle">Page {page}</span>
      <Button size="sm" variant="secondary" isDisabled={!onNext || busy} onClick={onNext}>
        Next
      </Button>
    </span>
  );
}

/** Asks the engine only when typing rests. */
function Search({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), 250);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <SearchInput
      className="kv-search"
      placeholder={label}
      aria-label={label}
      value={text}
      onChange={(_event, next) => setText(next)}
      onClear={() => {
        setText('');
        onChange('');
      }}
    />
  );
}
