import type { Operation } from '../api/types';
import { useNames, useOne } from '../api/queries';
import { between, duration, words } from '../common/format';
import { ProblemView } from '../common/ProblemAlert';
import { StateIcon } from '../common/StateLabel';
import { ExplanationView } from '../scheduling/ExplanationView';
import { migrationInWords } from './migration';

export function OperationDetails({ operation }: { operation: Operation }) {
  const hostName = useNames('host');
  const { data: whole } = useOne('operation', operation.id);
  const { problem, steps, summary } = operation;
  const explanation = whole?.explanation;
  return (
    <div className="kv-operation-details">
      {summary && <p>{summary}</p>}
      {operation.migrationProgress && <p className="kv-subtle">{migrationInWords(operation.migrationProgress)}</p>}
      {(steps ?? []).length > 0 && (
        <ol className="kv-steps">
          {steps.map((step, index) => (
            <li key={`${index}${step.name}`}>
              <StateIcon state={step.state} />
              <span>{words(step.name)}</span>
              {step.hostId && <span className="kv-tag">{hostName(step.hostId) ?? step.hostId.slice(0, 8)}</span>}
              {step.detail && <span className="kv-subtle">{step.detail}</span>}
              {step.endedAt && <span className="kv-subtle">{duration(between(step.startedAt, step.endedAt))}</span>}
            </li>
          ))}
        </ol>
      )}
      {problem && <ProblemView problem={problem} />}
      {explanation && !problem?.explanation && <ExplanationView explanation={explanation} />}
    </div>
  );
}
