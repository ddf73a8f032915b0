import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { Cluster, Room } from '../api/types';
import { count } from '../common/format';
import { Facts, Panel, Pending } from '../common/layout';
import { typeChoices } from '../instanceTypes/instanceTypeForm';
import { unitName } from '../scheduling/unitNames';

const SHOWN = 12;

/** How many more VMs of a type the cluster could take, where, and why no more. */
export function RoomPanel({ cluster }: { cluster: Cluster }) {
  const { data: types } = useAll('instance_type');
  const [typeId, setTypeId] = useState('');
  const { data, error } = useQuery({
    queryKey: ['cluster', 'room', cluster.id, typeId],
    queryFn: () => api.get<Room>(`/clusters/${cluster.id}/room`, { instanceTypeId: typeId }),
    enabled: typeId !== '',
    gcTime: 0,
    staleTime: 0,
  });
  return (
    <Panel title="Room">
      {types?.items.length === 0 ? (
        <p className="kv-subtle">
          Tells how many more VMs of a size would fit. <Link to="/instance-types">Make an instance type</Link> first.
        </p>
      ) : (
        <FormSelect
          aria-label="How many more of this type would fit?"
          value={typeId}
          onChange={(_event, id) => setTypeId(id)}
        >
          {typeChoices(types?.items ?? [], 'How many more would fit of…').map((choice) => (
            <FormSelectOption key={choice.value} {...choice} />
          ))}
        </FormSelect>
      )}
      {typeId !== '' && (data ? <RoomReport room={data} cluster={cluster} /> : <Pending error={error} />)}
    </Panel>
  );
}

export function RoomReport({ room, cluster }: { room: Room; cluster: Pick<Cluster, 'admission'> }) {
  const hosts = [...room.hosts].sort((a, b) => b.more - a.more || a.hostName.localeCompare(b.hostName));
  const left = hosts.length - SHOWN;
  const elsewhere = hosts.slice(SHOWN).reduce((sum, host) => sum + host.more, 0);
  return (
    <>
      <p>
        <strong>
          {room.atLeast && 'At least '}
          {count(room.more, 'more VM')}
        </strong>
        {cluster.admission?.mode === 'enforce' && '; the room that is kept for failures is not taken off'}
      </p>
      <Facts
        facts={[
          ...hosts.slice(0, SHOWN).map((host): [string, string] => [host.hostName, String(host.more)]),
          ...(left > 0 ? ([[`and ${count(left, 'other host')}`, String(elsewhere)]] as [string, string][]) : []),
        ]}
      />
      {room.refusals.length > 0 && <p>The next one would fit nowhere:</p>}
      <Facts
        facts={room.refusals.map((refusal) => [
          unitName(refusal.filter),
          `refuses ${count(refusal.hosts, 'host')}, such as ${refusal.example}`,
        ])}
      />
      {room.more === 0 && room.refusals.length === 0 && <p className="kv-subtle">The cluster has no hosts.</p>}
    </>
  );
}
