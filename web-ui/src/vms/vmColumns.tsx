import { Link } from 'react-router';
import type { Vm } from '../api/types';
import type { Column } from '../common/DataTable';
import { bytes, cpus, NONE, percent, words } from '../common/format';
import { StateLabel } from '../common/StateLabel';

interface Names {
  cluster?: (id: string | null | undefined) => string | undefined;
}

export function vmColumns(names: Names): Column<Vm>[] {
  const columns: Column<Vm>[] = [
    {
      title: 'Name',
      cell: (vm) => <Link to={`/vms/${vm.id}`}>{vm.name}</Link>,
      sort: (vm) => vm.name,
      serverSort: 'name',
    },
    {
      title: 'State',
      cell: (vm) => <StateLabel state={vm.state} kind="vm" reason={vm.stateReason} />,
      sort: (vm) => vm.state,
    },
    {
      title: 'Host',
      cell: (vm) => (vm.hostId ? <Link to={`/hosts/${vm.hostId}`}>{vm.hostName ?? 'Host'}</Link> : NONE),
      sort: (vm) => vm.hostName,
    },
    { title: 'CPUs', cell: (vm) => cpus(vm.hardware), sort: (vm) => cpus(vm.hardware), numeric: true },
    { title: 'CPU used', cell: (vm) => percent(vm.usage?.cpuUsage), sort: (vm) => vm.usage?.cpuUsage, numeric: true },
    {
      title: 'Memory',
      cell: (vm) => bytes(vm.hardware?.memoryBytes),
      sort: (vm) => vm.hardware?.memoryBytes,
      numeric: true,
    },
    {
      title: 'HA',
      cell: (vm) => (vm.highAvailability?.enabled ? words(vm.highAvailability.priority) : NONE),
      sort: (vm) => (vm.highAvailability?.enabled ? vm.highAvailability.priority : null),
    },
  ];
  const { cluster } = names;
  if (cluster) {
    columns.splice(3, 0, {
      title: 'Cluster',
      cell: (vm) => <Link to={`/clusters/${vm.clusterId}`}>{cluster(vm.clusterId) ?? 'Cluster'}</Link>,
      sort: (vm) => cluster(vm.clusterId),
    });
  }
  return columns;
}
