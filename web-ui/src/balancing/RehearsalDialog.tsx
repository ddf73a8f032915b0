import { Button, Modal, ModalBody, ModalFooter, ModalHeader, Progress } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { api } from '../api/client';
import type { Cluster, Rehearsal } from '../api/types';
import { count, exactTime } from '../common/format';
import { FormDialog } from '../common/FormDialog';
import { Pending } from '../common/layout';
import { useSchedulingUnits } from '../scheduling/useSchedulingUnits';
import { purposeInWords } from './plan';
import { sendTrace, TraceInput, type TraceFile } from './TraceInput';
import { comparison, played, rehearsalBody, rehearsalCharts, rehearsalFields, rehearsalValues } from './rehearsal';

const Chart = lazy(() => import('../charts/Chart'));
const MOVES_SHOWN = 10;

/** Asks for settings, then shows what they would have done with the loads of the last hours, beside those in use. */
export function RehearsalDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const [id, setId] = useState<string>();
  const [trace, setTrace] = useState<TraceFile>({ stepSeconds: '300' });
  const begun = useRef(false);
  const path = `/clusters/${cluster.id}/rehearsals`;
  const { data: units } = useSchedulingUnits();
  if (id) return <RehearsalProgress path={`${path}/${id}`} cluster={cluster} onClose={onClose} />;
  if (!units) return null;
  const settings = units.clusterSettings;
  return (
    <FormDialog
      title={`Rehearse a policy for ${cluster.name}`}
      description="Plays recorded loads, or those of a file, through the balancer with these settings, and with those in use."
      submit="Rehearse"
      fields={rehearsalFields(settings)}
      initial={rehearsalValues(cluster, settings)}
      onSubmit={async (values) => {
        const sent = trace.file && (await sendTrace(trace.file, trace.stepSeconds));
        const run = await api.post<Rehearsal>(path, rehearsalBody(values, settings, sent?.id));
        begun.current = true;
        setId(run.id);
      }}
      onClose={() => {
        if (!begun.current) onClose();
      }}
    >
      <TraceInput trace={trace} onChange={setTrace} />
    </FormDialog>
  );
}

function RehearsalProgress({ path, cluster, onClose }: { path: string; cluster: Cluster; onClose: () => void }) {
  const { data: run, error } = useQuery({
    queryKey: ['rehearsal', path],
    queryFn: () => api.get<Rehearsal>(path),
    refetchInterval: (query) => (query.state.data?.state === 'running' || !query.state.data ? 1000 : false),
  });
  const running = run?.state === 'running';
  const leave = () => {
    if (running) void api.delete(path).catch(() => undefined);
    onClose();
  };
  return (
    <Modal isOpen variant="large" onClose={leave} aria-labelledby="rehearsal-title" className="kv-dialog">
      <ModalHeader title={`Rehearsal for ${cluster.name}`} labelId="rehearsal-title" />
      <ModalBody>{run ? <RehearsalView run={run} /> : <Pending error={error} />}</ModalBody>
      <ModalFooter>
        <Button variant={running ? 'secondary' : 'primary'} onClick={leave}>
          {running ? 'Call it off' : 'Close'}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** How far it is, and both outcomes as far as they are known. */
export function RehearsalView({ run }: { run: Rehearsal }) {
  return (
    <div className="kv-stack">
      {run.state === 'running' && (
        <Progress value={run.progressPercent} title="Playing recorded loads" aria-label="Progress of the rehearsal" />
      )}
      {run.problem && <p role="alert">{run.problem}</p>}
      <p className="kv-subtle">
        {played(run)}, from {exactTime(run.from)} to {exactTime(run.to)}.
      </p>
      <table className="kv-grid" aria-label="Outcomes">
        <thead>
          <tr>
            <th />
            <th>Settings in use</th>
            <th>Proposed settings</th>
          </tr>
        </thead>
        <tbody>
          {comparison(run).map(([name, inUse, proposed]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{inUse}</td>
              <td>{proposed}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="kv-panels kv-charts">
        {rehearsalCharts(run).map((group) => (
          <div key={group.title}>
            <h3>{group.title}</h3>
            <Suspense fallback={<div className="kv-chart" />}>
              <Chart group={group} />
            </Suspense>
          </div>
        ))}
      </div>
      <FirstMoves run={run} />
      <ul className="kv-subtle">
        {run.assumptions.map((assumption) => (
          <li key={assumption}>{assumption}</li>
        ))}
      </ul>
    </div>
  );
}

function FirstMoves({ run }: { run: Rehearsal }) {
  const moves = run.proposed.outcome?.firstMoves ?? [];
  if (moves.length === 0) return null;
  const all = run.proposed.outcome?.moves ?? 0;
  return (
    <>
      <table className="kv-grid" aria-label="First moves">
        <thead>
          <tr>
            <th>When</th>
            <th>VM</th>
            <th>From</th>
            <th>To</th>
            <th>For</th>
          </tr>
        </thead>
        <tbody>
          {moves.slice(0, MOVES_SHOWN).map((move) => (
            <tr key={`${move.at} ${move.vmName}`}>
              <td>{exactTime(move.at)}</td>
              <td>{move.vmName}</td>
              <td>{move.fromHostName}</td>
              <td>{move.toHostName}</td>
              <td>{purposeInWords(move.purpose)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all > MOVES_SHOWN && (
        <p className="kv-subtle">
          These are the first {MOVES_SHOWN} of {count(all, 'move')} with the proposed settings.
        </p>
      )}
    </>
  );
}
