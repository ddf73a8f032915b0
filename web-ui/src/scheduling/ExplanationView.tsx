import { Button, Radio } from '@patternfly/react-core';
import { useState } from 'react';
import { StateIcon } from '../common/StateLabel';
import { words } from '../common/format';
import type { Explanation } from '../api/types';
import type { components } from '../api/schema';
import { unitName } from './unitNames';

type Verdict = Explanation['hosts'][number];
type RawExplanation = components['schemas']['Explanation'] | Explanation;

const ORDER: Record<string, number> = { chosen: 0, fits: 1, refused: 2 };
const TONES: Record<string, string> = { chosen: 'succeeded', fits: 'planned', refused: 'refused' };
const LABELS: Record<string, string> = { chosen: 'Best', fits: 'Fits', refused: 'Refused' };

/** Best first: the chosen host, those that fit by their total, then the refused, the least refused first. */
export function orderedVerdicts(hosts: readonly Verdict[]): Verdict[] {
  return [...hosts].sort(
    (a, b) =>
      (ORDER[a.verdict] ?? 3) - (ORDER[b.verdict] ?? 3) ||
      (b.total ?? 0) - (a.total ?? 0) ||
      (a.further?.length ?? 0) - (b.further?.length ?? 0) ||
      a.hostName.localeCompare(b.hostName),
  );
}

interface Props {
  explanation: RawExplanation;
  /** When given, each host that fits can be picked; null means "let Kvorum choose". */
  pick?: { value: string | null; onPick: (hostId: string) => void };
  /** Where it runs. */
  currentHostId?: string | null;
}

/** A cluster may have thousands of hosts; nobody reads so many at once. */
const SHOWN = 25;

/** Where a VM would go, and why: each host with the filter that refused it, or with its scores as bars. */
export function ExplanationView({ explanation, pick, currentHostId }: Props) {
  const [all, setAll] = useState(false);
  const ordered = orderedVerdicts((explanation.hosts ?? []) as Verdict[]);
  const hosts = all
    ? ordered
    : ordered.filter((host, index) => index < SHOWN || host.hostId === (pick?.value ?? currentHostId));
  return (
    <div className="kv-explanation">
      <p className="kv-explanation-summary">{explanation.summary}</p>
      <ul>
        {hosts.map((host) => (
          <li key={host.hostId} className={`kv-verdict kv-verdict-${host.verdict}`}>
            <HostHead host={host} pick={pick} current={host.hostId === currentHostId} />
            {host.verdict === 'refused' ? <Refusal host={host} /> : <Scores host={host} />}
          </li>
        ))}
      </ul>
      {hosts.length < ordered.length && (
        <Button variant="link" size="sm" isInline onClick={() => setAll(true)}>
          Show the other {ordered.length - hosts.length} hosts
        </Button>
      )}
    </div>
  );
}

function HostHead({ host, pick, current }: { host: Verdict; pick: Props['pick']; current: boolean }) {
  const name = (
    <span className="kv-verdict-name">
      <StateIcon state={TONES[host.verdict] ?? 'unknown'} title={LABELS[host.verdict] ?? words(host.verdict)} />
      <strong>{host.hostName}</strong>
      <span className="kv-subtle">{LABELS[host.verdict] ?? words(host.verdict)}</span>
      {current && <span className="kv-tag">runs here</span>}
    </span>
  );
  if (!pick || host.verdict === 'refused') return name;
  return (
    <Radio
      id={`pick-${host.hostId}`}
      name="pick-host"
      label={name}
      isChecked={pick.value === host.hostId}
      onChange={() => pick.onPick(host.hostId)}
    />
  );
}

/** Every filter that refuses the host, where all were asked; else the first. */
function Refusal({ host }: { host: Verdict }) {
  const first = { filter: host.filter ?? '', reason: host.reason ?? 'No reason was given' };
  return (
    <div className="kv-verdict-reason">
      {[first, ...(host.further ?? [])].map((refusal) => (
        <p key={refusal.filter}>
          {refusal.reason}
          {refusal.filter && (
            <span className="kv-tag" title={refusal.filter}>
              {unitName(refusal.filter)}
            </span>
          )}
        </p>
      ))}
    </div>
  );
}

function Scores({ host }: { host: Verdict }) {
  const scores = host.scores ?? [];
  if (scores.length === 0) return <p className="kv-subtle">Passed every filter</p>;
  return (
    <dl className="kv-scores">
      {scores.map((score) => (
        <div key={score.weight}>
          <dt title={score.weight}>
            {unitName(score.weight)}
            {score.factor !== 1 && <span className="kv-subtle"> × {score.factor}</span>}
          </dt>
          <dd>
            <span className="kv-bar" aria-hidden="true">
              <span style={{ width: `${Math.round(Math.min(1, Math.max(0, score.score)) * 100)}%` }} />
            </span>
            <span className="kv-number">{score.score.toFixed(2)}</span>
          </dd>
        </div>
      ))}
      {host.total !== null && host.total !== undefined && (
        <div className="kv-scores-total">
          <dt>Total</dt>
          <dd>
            <span />
            <span className="kv-number">{host.total.toFixed(2)}</span>
          </dd>
        </div>
      )}
    </dl>
  );
}
