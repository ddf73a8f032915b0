import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../api/client';
import { useNames } from '../api/queries';
import type { Failover } from '../api/types';
import { count } from '../common/format';
import { Panel, Pending } from '../common/layout';

import { ExplanationView } from '../scheduling/ExplanationView';

/** What would not be restarted if hosts failed now, and why. */
export function FailoverTab({ clusterId }: { clusterId: string }) {
  const { data, error } = useQuery({
    queryKey: ['cluster', 'failover', clusterId],
    queryFn: () => api.get<Failover>(`/clusters/${clusterId}/failover`),
    refetchInterval: 30_000,
  });
  if (!data) return <Pending error={error} />;
  return <FailoverReport failover={data} />;
}

export function FailoverReport({ failover }: { failover: Failover }) {
  const hostName = useNames('host');
  const failures = `${count(failover.hostFailures, 'host')} at once`;
  const tried = `${count(failover.scenarios, 'possible failure')} of ${failures} ${
    failover.complete ? 'were all tried' : 'were tried; there are more than there is time for'
  }`;
  return (
    <>
      <p className="kv-subtle">
        The highly available VMs of the hosts that fail are placed on the others, as a restart would do it: {tried}.
      </p>
      {failover.shortfalls.length === 0 && <p>Every highly available VM would be restarted.</p>}
      <div className="kv-panels">
        {failover.shortfalls.map((shortfall) => (
          <Panel
            key={`${shortfall.failedHostIds.join()}-${shortfall.vmId}`}
            title={`If ${shortfall.failedHostIds.map((id) => hostName(id) ?? id).join(' and ')} failed`}
          >
            <p>
              <Link to={`/vms/${shortfall.vmId}`}>{shortfall.vmName}</Link> would not run again.
            </p>
            <ExplanationView explanation={shortfall.explanation} />
          </Panel>
        ))}
      </div>
    </>
  );
}
