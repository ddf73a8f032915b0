import type { Tree } from '../api/types';

export interface TreeRow {
  key: string;
  kind: 'data_center' | 'cluster' | 'host' | 'vm';
  id: string;
  name: string;
  state: string | null;
  depth: number;
  expandable: boolean;
  expanded: boolean;
  count: number;
}

interface Node extends Pick<TreeRow, 'kind' | 'id' | 'name'> {
  state: string | null;
  children: Node[];
}

function nodes(tree: Tree): Node[] {
  return (tree.dataCenters ?? []).map((dc) => ({
    kind: 'data_center',
    id: dc.id,
    name: dc.name,
    state: null,
    children: (dc.clusters ?? []).map((cluster) => ({
      kind: 'cluster',
      id: cluster.id,
      name: cluster.name,
      state: null,
      children: [
        ...(cluster.hosts ?? []).map((host) => ({
          kind: 'host' as const,
          id: host.id,
          name: host.name,
          state: host.state,
          children: (host.vms ?? []).map(vmNode),
        })),
        ...(cluster.vms ?? []).map(vmNode),
      ],
    })),
  }));
}

function vmNode(vm: { id: string; name: string; state: string }): Node {
  return { kind: 'vm', id: vm.id, name: vm.name, state: vm.state, children: [] };
}

/**
 * The rows to draw, top to bottom. Data centers and clusters stand open unless closed, hosts closed unless opened. A
 * filter shows what matches and the way down to it; everything under a match is kept, closed.
 */
export function treeRows(tree: Tree, toggled: ReadonlySet<string>, filter = ''): TreeRow[] {
  const rows: TreeRow[] = [];
  const wanted = filter.trim().toLowerCase();
  const visit = (node: Node & { key: string }, depth: number, underMatch: boolean): void => {
    const matches = wanted !== '' && node.name.toLowerCase().includes(wanted);
    const inside = wanted !== '' && node.children.some((child) => contains(child, wanted));
    if (wanted !== '' && !matches && !inside && !underMatch) return;
    const open = (node.kind !== 'host') !== toggled.has(node.key) || inside;
    const expandable = node.children.length > 0;
    const { kind, id, name, state, key } = node;
    rows.push({
      key,
      kind,
      id,
      name,
      state,
      depth,
      expandable,
      expanded: expandable && open,
      count: node.children.length,
    });
    if (open) for (const child of node.children) visit(withKey(child), depth + 1, underMatch || matches);
  };
  for (const node of nodes(tree)) visit(withKey(node), 0, false);
  return rows;
}

function withKey(node: Node): Node & { key: string } {
  return { ...node, key: `${node.kind}:${node.id}` };
}

function contains(node: Node, wanted: string): boolean {
  return node.name.toLowerCase().includes(wanted) || node.children.some((child) => contains(child, wanted));
}
