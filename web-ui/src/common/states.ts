/** How a state looks. The shape says as much as the colour, for those who do not see the colour. */
export type Tone = 'good' | 'off' | 'busy' | 'paused' | 'warning' | 'bad' | 'info' | 'unknown';

const TONES: Record<string, Tone> = {
  // hosts
  connecting: 'busy',
  up: 'good',
  non_responsive: 'bad',
  fencing: 'bad',
  preparing_for_maintenance: 'busy',
  maintenance: 'paused',
  non_operational: 'warning',
  // VMs
  provisioning: 'busy',
  down: 'off',
  starting: 'busy',
  paused: 'paused',
  rebooting: 'busy',
  shutting_down: 'busy',
  suspending: 'busy',
  suspended: 'paused',
  migrating: 'busy',
  unknown: 'unknown',
  deleting: 'busy',
  // operations and their steps
  queued: 'off',
  planned: 'off',
  running: 'busy',
  succeeded: 'good',
  done: 'good',
  failed: 'bad',
  refused: 'warning',
  cancelled: 'off',
  // plans and their moves
  proposed: 'paused',
  rejected: 'off',
  outdated: 'off',
  aborted: 'off',
  draining: 'busy',
  in_maintenance: 'paused',
  returning: 'busy',
  upgrading: 'busy',
  moving: 'busy',
  moved: 'good',
  skipped: 'warning',
  left_out: 'off',
  switching: 'busy',
  switched_off: 'paused',
  asleep: 'paused',
  waking: 'busy',
  // images and storage domains
  uploading: 'busy',
  ready: 'good',
  active: 'good',
  inactive: 'warning',
  unattached: 'off',
  // severities
  info: 'info',
  warning: 'warning',
  error: 'bad',
};

export function toneOf(state: string | null | undefined, kind?: string): Tone {
  if (kind === 'host' && state === 'down') return 'bad';
  return TONES[(state ?? 'unknown').toLowerCase()] ?? 'unknown';
}
