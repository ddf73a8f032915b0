import type { Host } from '../api/types';

/** The state that is shown: a host that power saving switched off sleeps, which is no fault as being down is. */
export function hostState(host: Pick<Host, 'state' | 'sleep'>): string {
  if (!host.sleep) return host.state;
  return host.sleep.wakingSince ? 'waking' : 'asleep';
}
