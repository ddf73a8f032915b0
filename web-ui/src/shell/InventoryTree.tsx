import { useVirtualizer } from '@tanstack/react-virtual';
import { AngleRightIcon } from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import { ClusterIcon } from '@patternfly/react-icons/dist/esm/icons/cluster-icon';
import { ServerGroupIcon } from '@patternfly/react-icons/dist/esm/icons/server-group-icon';
import { ServerIcon } from '@patternfly/react-icons/dist/esm/icons/server-icon';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { pathOf } from '../common/ObjectLink';
import { StateIcon } from '../common/StateLabel';
import { treeRows, type TreeRow } from './treeModel';
import { useTree } from './useTree';

const ROW_HEIGHT = 26;

/** Data center → cluster → host → VM. What is open is loaded, and the rows in sight are drawn: size costs nothing. */
export function InventoryTree({ filter }: { filter: string }) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const known = useTree(toggled, filter);
  const [focused, setFocused] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const location = useLocation();
  const navigate = useNavigate();
  const rows = useMemo(() => (known ? treeRows(known, toggled, filter) : []), [known, toggled, filter]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });

  const toggle = (row: TreeRow) => {
    const next = new Set(toggled);
    if (!next.delete(row.key)) next.add(row.key);
    setToggled(next);
  };
  const open = (row: TreeRow) => void navigate(pathOf(row) ?? '/');
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setFocused(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const row = rows[index];
    if (!row) return;
    if (event.key === 'ArrowDown') moveTo(index + 1);
    else if (event.key === 'ArrowUp') moveTo(index - 1);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(rows.length - 1);
    else if (event.key === 'ArrowRight' && row.expandable && !row.expanded) toggle(row);
    else if (event.key === 'ArrowLeft' && row.expanded) toggle(row);
    else if (event.key === 'Enter' || event.key === ' ') open(row);
    else return;
    event.preventDefault();
  };

  if (known && rows.length === 0) {
    return <p className="kv-tree-empty">{filter ? 'Nothing matches the search' : 'No data center yet'}</p>;
  }
  return (
    <div ref={scroller} className="kv-tree" role="tree" aria-label="Inventory">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const selected = location.pathname.startsWith(pathOf(row) ?? '-');
          return (
            <div
              key={row.key}
              data-index={item.index}
              role="treeitem"
              aria-level={row.depth + 1}
              aria-selected={selected}
              aria-expanded={row.expandable ? row.expanded : undefined}
              tabIndex={item.index === Math.min(focused, rows.length - 1) ? 0 : -1}
              className={`kv-tree-row${selected ? ' kv-selected' : ''}`}
              style={{ transform: `translateY(${item.start}px)`, paddingInlineStart: 6 + row.depth * 16 }}
              onClick={() => {
                setFocused(item.index);
                open(row);
              }}
              onDoubleClick={() => row.expandable && toggle(row)}
              onKeyDown={(event) => onKeyDown(event, item.index)}
            >
              <Twisty row={row} onToggle={() => toggle(row)} />
              <RowIcon row={row} />
              <span className="kv-tree-name" title={row.name}>
                {row.name}
              </span>
              {row.kind === 'host' && row.count > 0 && <span className="kv-tree-count">{row.count}</span>}
            </div>
          );
        })}
      </div>
      {filter && known?.matches?.complete === false && (
        <p className="kv-tree-empty">There are more. Type more of the name.</p>
      )}
    </div>
  );
}

function Twisty({ row, onToggle }: { row: TreeRow; onToggle: () => void }) {
  if (!row.expandable) return <span className="kv-twisty" />;
  return (
    <span
      className={`kv-twisty${row.expanded ? ' kv-open' : ''}`}
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      <AngleRightIcon />
    </span>
  );
}

function RowIcon({ row }: { row: TreeRow }) {
  switch (row.kind) {
    case 'data_center':
      return <ServerGroupIcon className="kv-tree-icon" />;
    case 'cluster':
      return <ClusterIcon className="kv-tree-icon" />;
    case 'host':
      return (
        <span className="kv-tree-host">
          <ServerIcon className="kv-tree-icon" />
          <StateIcon state={row.state} kind="host" />
        </span>
      );
    case 'vm':
      return <StateIcon state={row.state} kind="vm" />;
  }
}
