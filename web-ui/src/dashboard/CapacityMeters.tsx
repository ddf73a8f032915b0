import type { Capacity } from '../api/types';
import { bytes, count, percent } from '../common/format';
import { Meter } from '../common/layout';

/** CPU and memory of the hosts that are up; says so where not all of them tell what they use. */
export function CapacityMeters({ capacity }: { capacity: Capacity | undefined }) {
  return (
    <>
      <Meter
        label="CPU"
        ratio={capacity?.cpuUsage}
        text={capacity && `${percent(capacity.cpuUsage)} of ${count(capacity.cpuThreads, 'thread')}`}
      />
      <Meter
        label="Memory"
        ratio={capacity?.memoryUsage}
        text={capacity && `${bytes(capacity.memoryUsedBytes)} of ${bytes(capacity.memoryBytes)}`}
      />
      {capacity && capacity.hostsMeasured < capacity.hostsUp && (
        <p className="kv-subtle">
          Usage is that of {capacity.hostsMeasured} of {count(capacity.hostsUp, 'host')}: the others have not told
          theirs of late
        </p>
      )}
    </>
  );
}
