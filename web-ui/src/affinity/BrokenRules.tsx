import { Link } from 'react-router';
import type { BrokenRule } from '../api/types';
import { StateIcon } from '../common/StateLabel';

/** More than this many are a matter of the group, not of its VMs. */
const SHOWN = 20;

/** Broken rules in words, those that may not be broken first. */
export function BrokenRules({ rules }: { rules: readonly BrokenRule[] }) {
  const ordered = [...rules].sort((a, b) => Number(b.hard) - Number(a.hard) || a.groupName.localeCompare(b.groupName));
  return (
    <ul className="kv-attention">
      {ordered.slice(0, SHOWN).map((rule) => (
        <li key={`${rule.groupId}${rule.vmId}${rule.reason}`}>
          <StateIcon
            state={rule.hard ? 'error' : 'warning'}
            title={rule.hard ? 'A rule that is always kept' : 'A rule that is kept if possible'}
          />
          <Link to={`/vms/${rule.vmId}`}>{rule.vmName}</Link>
          <span>
            {rule.reason} <span className="kv-tag">{rule.groupName}</span>
          </span>
        </li>
      ))}
      {ordered.length > SHOWN && <li className="kv-subtle">and {ordered.length - SHOWN} more</li>}
    </ul>
  );
}
