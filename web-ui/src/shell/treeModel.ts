import type { ClusterBranch, HostBranch, Tree, TreeMatches } from '../api/types';

export interface TreeRow {
  key: string;
  kind: 'data_center' | 'cluster' | 'host' | 'vm';
  id: string;
  name: string;
  state: string | null;
  depth: number;
  expandable: boolean;
  expanded: boolean;
  /** What is below it, whether that is loaded or not. */
  count: number;
}

/** What is known of the inventory so far: the branches that are open are loaded as they are opened. */
export interface Known {
  tree: Tree;
  clusters: ReadonlyMap<string, ClusterBranch>;
  hosts: ReadonlyMap<string, HostBranch>;
  /** What a search has found; null while there is none. */
  matches: TreeMatches | null;
}

/** In an inventory of more hosts than this, clusters stand closed until they are opened. */
const OPEN_UP_TO_HOSTS = 200;

interface Node extends Pick<TreeRow, 'kind' | 'id' | 'name' | 'count'> {
  key: string;
  state: string | null;
  children: () => Node[];
}

/** Whether clusters stand open by themselves; hosts never do, data centers always. */
export function clustersOpen(tree: Tree): boolean {
  const clusters = (tree.dataCenters ?? []).flatMap((dataCenter) => dataCenter.clusters ?? []);
  return clusters.reduce((hosts, cluster) => hosts + cluster.hostCount, 0) <= OPEN_UP_TO_HOSTS;
}

export const keyOf = (kind: TreeRow['kind'], id: string) => `${kind}:${id}`;

/**
 * The rows to draw, top to bottom. `toggled` are those that stand otherwise than by themselves. With `wanted`, only what
 * the search found is shown, the data centers and clusters of that name, and the way down to all of it.
 */
export function treeRows(known: Known, toggled: ReadonlySet<string>, wanted = ''): TreeRow[] {
  const rows: TreeRow[] = [];
  const searched = wanted.trim().toLowerCase();
  const open = clustersOpen(known.tree);
  const visit = (node: Node, depth: number): void => {
    const byItself = searched !== '' || node.kind === 'data_center' || (node.kind === 'cluster' && open);
    const expanded = node.count > 0 && byItself !== toggled.has(node.key);
    const { key, kind, id, name, state, count } = node;
    rows.push({ key, kind, id, name, state, depth, expandable: count > 0, expanded, count });
    if (expanded) for (const child of node.children()) visit(child, depth + 1);
  };
  for (const node of searched === '' ? all(known) : found(known, searched)) visit(node, 0);
  return rows;
}

function all(known: Known): Node[] {
  return (known.tree.dataCenters ?? []).map((dataCenter) =>
    branch('data_center', dataCenter, null, (dataCenter.clusters ?? []).length, () =>
      (dataCenter.clusters ?? []).map((cluster) =>
        branch('cluster', cluster, null, cluster.hostCount + cluster.vmCount, () => {
          const loaded = known.clusters.get(cluster.id);
          return [
            ...(loaded?.hosts ?? []).map((host) =>
              branch('host', host, host.state, host.vmCount, () => (known.hosts.get(host.id)?.vms ?? []).map(leaf)),
            ),
            ...(loaded?.vms ?? []).map(leaf),
          ];
        }),
      ),
    ),
  );
}

function found(known: Known, wanted: string): Node[] {
  const named = (name: string) => name.toLowerCase().includes(wanted);
  const hosts = known.matches?.hosts ?? [];
  const vms = known.matches?.vms ?? [];
  return (known.tree.dataCenters ?? []).flatMap((dataCenter) => {
    const clusters = (dataCenter.clusters ?? []).flatMap((cluster) => {
      const inside = [
        ...hosts
          .filter((host) => host.clusterId === cluster.id)
          .map((host) => {
            const here = vms.filter((vm) => vm.hostId === host.id).map(leaf);
            return branch('host', host, host.state, here.length, () => here);
          }),
        ...vms.filter((vm) => !vm.hostId && vm.clusterId === cluster.id).map(leaf),
      ];
      return inside.length > 0 || named(cluster.name)
        ? [branch('cluster', cluster, null, inside.length, () => inside)]
        : [];
    });
    return clusters.length > 0 || named(dataCenter.name)
      ? [branch('data_center', dataCenter, null, clusters.length, () => clusters)]
      : [];
  });
}

function branch(
  kind: TreeRow['kind'],
  thing: { id: string; name: string },
  state: string | null,
  count: number,
  children: () => Node[],
): Node {
  return { kind, id: thing.id, name: thing.name, key: keyOf(kind, thing.id), state, count, children };
}

function leaf(vm: { id: string; name: string; state: string }): Node {
  return branch('vm', vm, vm.state, 0, () => []);
}
