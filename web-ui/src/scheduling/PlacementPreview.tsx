import { ExpandableSection, Spinner } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, type Query } from '../api/client';
import type { Explanation } from '../api/types';
import { ProblemAlert } from '../common/ProblemAlert';
import { ExplanationView } from './ExplanationView';

const PAUSE_MS = 300;

/** "Where would it go?" for a VM that is only a form yet: asked while it is open, when typing rests. */
export function PlacementPreview({ clusterId, query }: { clusterId: string; query: Query }) {
  const [open, setOpen] = useState(false);
  const settled = useSettled(JSON.stringify(query));
  const { data, error, isPending } = useQuery({
    queryKey: ['placement', 'new', clusterId, settled],
    queryFn: () => api.get<Explanation>(`/clusters/${clusterId}/placement`, JSON.parse(settled) as Query),
    enabled: open,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <ExpandableSection
      toggleText="Where would it go?"
      isExpanded={open}
      onToggle={(_event, expanded) => setOpen(expanded)}
      isIndented
    >
      {isPending && open && <Spinner size="md" aria-label="Asking where it fits" />}
      <ProblemAlert error={error} />
      {data && !error && <ExplanationView explanation={data} />}
    </ExpandableSection>
  );
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
