import { Link } from 'react-router';
import { useNames, useOne } from '../api/queries';
import type { Vm } from '../api/types';
import { migrationInWords } from '../operations/migration';

/** Where a VM is on its way to, and how its migration goes. */
export function MovingTo({ vm }: { vm: Vm }) {
  const { data: host } = useOne('host', vm.targetHostId);
  const { data: operation } = useOne('operation', vm.operationId);
  const clusterName = useNames('cluster');
  const elsewhere = host && host.clusterId !== vm.clusterId;
  return (
    <>
      <Link to={`/hosts/${vm.targetHostId}`}>{host?.name ?? 'Host'}</Link>
      {elsewhere && ` in cluster ${clusterName(host.clusterId) ?? '…'}`}
      {operation?.migrationProgress && (
        <div className="kv-subtle">
          {operation.progressPercent} %. {migrationInWords(operation.migrationProgress)}
        </div>
      )}
    </>
  );
}
