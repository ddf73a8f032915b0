import { Button, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { AffinityLabel } from '../api/types';
import { Panel } from '../common/layout';
import { useNotifications } from '../common/Notifications';
import { has, labelChange, type Labelled } from './labelForm';

/** The labels of one host or VM; each is given or taken away at once, and alone. */
export function LabelsOf({ kind, id }: { kind: Labelled; id: string }) {
  const { data } = useAll('affinity_label');
  const [busy, setBusy] = useState(false);
  const queryClient = useQueryClient();
  const { failed } = useNotifications();
  const change = async (label: AffinityLabel, wanted: boolean) => {
    setBusy(true);
    try {
      await api.patch(`/affinity-labels/${label.id}`, labelChange(label, kind, id, wanted), label.revision);
    } catch (error) {
      failed(`Label ${label.name} was not ${wanted ? 'given' : 'taken away'}`, error);
    }
    await queryClient.invalidateQueries({ queryKey: ['affinity_label', 'list'] });
    setBusy(false);
  };
  return (
    <Panel title="Affinity labels">
      <LabelList
        kind={kind}
        id={id}
        labels={data?.items ?? []}
        busy={busy}
        onChange={(label, on) => void change(label, on)}
      />
    </Panel>
  );
}

interface ListProps {
  kind: Labelled;
  id: string;
  labels: readonly AffinityLabel[];
  busy: boolean;
  onChange: (label: AffinityLabel, wanted: boolean) => void;
}

export function LabelList({ kind, id, labels, busy, onChange }: ListProps) {
  const own = labels.filter((label) => has(label, kind, id));
  const others = labels.filter((label) => !has(label, kind, id));
  return (
    <>
      {own.length === 0 && (
        <p className="kv-subtle">
          {kind === 'vm' ? 'None: it may run on any host.' : 'None.'} <Link to="/affinity-labels">All labels</Link>
        </p>
      )}
      <ul className="kv-attention">
        {own.map((label) => (
          <li key={label.id}>
            <span className="kv-tag">{label.name}</span>
            <Button
              variant="link"
              size="sm"
              isInline
              isDisabled={busy}
              aria-label={`Take away label ${label.name}`}
              onClick={() => onChange(label, false)}
            >
              Take away
            </Button>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <FormSelect
          aria-label="Give a label"
          className="kv-filter"
          value=""
          isDisabled={busy}
          onChange={(_event, chosen) => {
            const label = others.find((other) => other.id === chosen);
            if (label) onChange(label, true);
          }}
        >
          <FormSelectOption value="" label="Give a label…" isPlaceholder />
          {others.map((label) => (
            <FormSelectOption key={label.id} value={label.id} label={label.name} />
          ))}
        </FormSelect>
      )}
    </>
  );
}
