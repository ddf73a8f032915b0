import { Alert, List, ListItem } from '@patternfly/react-core';
import { problemOf } from '../api/problem';
import type { Problem } from '../api/types';
import { ObjectLink } from './ObjectLink';
import { ExplanationView } from '../scheduling/ExplanationView';

/** A failure in the engine's own words, with what stands in the way when it said so. */
export function ProblemAlert({ error, hideFields = false }: { error: unknown; hideFields?: boolean }) {
  if (!error) return null;
  return <ProblemView problem={problemOf(error)} hideFields={hideFields} />;
}

export function ProblemView({ problem, hideFields = false }: { problem: Problem; hideFields?: boolean }) {
  const { blocker, explanation } = problem;
  const errors = hideFields ? [] : (problem.errors ?? []);
  return (
    <Alert isInline variant="danger" title={problem.title} className="kv-problem">
      {problem.detail && problem.detail !== problem.title && <p>{problem.detail}</p>}
      {errors.length > 0 && (
        <List isPlain>
          {errors.map((error) => (
            <ListItem key={`${error.field}${error.message}`}>
              <strong>{error.field}</strong>: {error.message}
            </ListItem>
          ))}
        </List>
      )}
      {blocker && (
        <p>
          In the way: <ObjectLink subject={blocker} />
        </p>
      )}
      {explanation && <ExplanationView explanation={explanation} />}
    </Alert>
  );
}
