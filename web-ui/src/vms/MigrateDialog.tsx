import {
  Button,
  FormGroup,
  FormSelect,
  FormSelectOption,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
  Spinner,
} from '@patternfly/react-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { problemOf } from '../api/problem';
import { useList, useNames } from '../api/queries';
import type { Explanation, Operation, Problem, Vm } from '../api/types';
import { ProblemAlert, ProblemView } from '../common/ProblemAlert';
import { accepted } from '../operations/useWork';
import { ExplanationView } from '../scheduling/ExplanationView';

/** "Where, and why": shows how each host fares, and lets Kvorum or the person choose. In another cluster, Kvorum chooses. */
export function MigrateDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
  const [hostId, setHostId] = useState<string | null>(null);
  const [clusterId, setClusterId] = useState(vm.clusterId);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const hostName = useNames('host');
  const queryClient = useQueryClient();
  const clusters = useList('cluster', { limit: 1000, sort: 'name' });
  const own = clusters.data?.items.find((cluster) => cluster.id === vm.clusterId);
  const near = clusters.data?.items.filter((cluster) => cluster.dataCenterId === own?.dataCenterId) ?? [];
  const stays = clusterId === vm.clusterId;
  const placement = useQuery({
    queryKey: ['placement', vm.id],
    queryFn: () => api.get<Explanation>(`/vms/${vm.id}/placement`),
    gcTime: 0,
  });

  const migrate = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const target = stays ? (hostId ? { hostId } : {}) : { clusterId };
      accepted(await api.post<Operation>(`/vms/${vm.id}/migrate`, target));
      void queryClient.invalidateQueries({ queryKey: ['operation', 'list'] });
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const chosen = placement.data?.hosts?.find((host) => host.hostId === placement.data.chosenHostId);

  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="migrate-title" className="kv-dialog">
      <ModalHeader
        title={`Migrate ${vm.name}`}
        labelId="migrate-title"
        description={`It runs on ${hostName(vm.hostId) ?? 'no known host'} and keeps running while it moves.`}
      />
      <ModalBody>
        {problem && <ProblemView problem={problem} />}
        {near.length > 1 && (
          <FormGroup fieldId="pick-cluster" label="Cluster">
            <FormSelect id="pick-cluster" value={clusterId} onChange={(_event, id) => setClusterId(id)}>
              {near.map((cluster) => (
                <FormSelectOption key={cluster.id} value={cluster.id} label={cluster.name} />
              ))}
            </FormSelect>
          </FormGroup>
        )}
        {!stays && <p>Kvorum chooses the host there. From its arrival on, the VM belongs to that cluster.</p>}
        {stays && (
          <>
            <Radio
              id="pick-any"
              name="pick-host"
              className="kv-pick-any"
              label="Let Kvorum choose"
              description={chosen ? `Now that would be ${chosen.hostName}` : 'The best host when the migration starts'}
              isChecked={hostId === null}
              onChange={() => setHostId(null)}
            />
            {placement.isPending && <Spinner size="md" aria-label="Asking where it fits" />}
            <ProblemAlert error={placement.error} />
            {placement.data && (
              <ExplanationView explanation={placement.data} pick={{ value: hostId, onPick: setHostId }} />
            )}
          </>
        )}
      </ModalBody>
      <ModalFooter>
        <Button onClick={() => void migrate()} isDisabled={busy} isLoading={busy}>
          Migrate
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
