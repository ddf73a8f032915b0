import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/api/problem';
import type { BalancingPlan } from '../src/api/types';
import { EarlierPlans } from '../src/balancing/EarlierPlans';
import { OpenPlan } from '../src/balancing/OpenPlan';
import { costToCome, movesInWords, regime } from '../src/balancing/plan';
import { rollingBody, rollingFields, rollingValues, type Rolling } from '../src/balancing/rolling';
import { RollingPlan } from '../src/balancing/RollingPlan';
import { shownOf } from '../src/common/fields';
import { cluster, render, thrown } from './fixtures';

const host = (hostName: string, cpuBefore: number, cpuAfter: number) => ({
  hostId: hostName,
  hostName,
  cpuBefore,
  cpuAfter,
  memoryBefore: 0.6,
  memoryAfter: 0.52,
});
const move = (vmName: string, state: string) => ({
  vmId: vmName,
  vmName,
  state,
  from: host('h3', 0.91, 0.74),
  to: host('h7', 0.38, 0.52),
  costBytes: 3.1e9,
  costMillis: 11_000,
  downtimeMillis: 200,
  note: state === 'skipped' ? 'It would not help any more.' : null,
});
const plan = (state: string, ...moves: unknown[]) =>
  ({ id: 'p', name: 'plan-1', state, reason: 'h3 is over-utilized', moves }) as unknown as BalancingPlan;

describe('a plan of moves', () => {
  it('counts what was made, and costs only what is to come', () => {
    const running = plan('running', move('a', 'moved'), move('b', 'planned'), move('c', 'skipped'));
    expect(movesInWords(running)).toBe('1 made, 1 to come, 1 skipped');
    expect(movesInWords(plan('rejected', move('a', 'planned')))).toBe('1 not made');
    expect(movesInWords(plan('done'))).toBe('None');
    expect(costToCome(running.moves)).toEqual({ moves: 1, bytes: 3.1e9, millis: 11_000 });
  });

  it('reads as sentences with the loads before and after, and can be approved only while it is proposed', () => {
    const proposed = render(<OpenPlan plan={plan('proposed', move('db-2', 'planned'))} cluster={cluster} />);
    expect(proposed).toMatch(/Move <a[^>]*>db-2<\/a> from h3 to h7/);
    expect(proposed).toContain('91 → 74 %');
    expect(proposed).toContain('Copies 3.1 GB in 11 s');
    expect(proposed).toContain('Leave out the move of db-2');
    expect(proposed).toContain('>Approve<');
    const running = render(<OpenPlan plan={plan('running', move('db-2', 'skipped'))} cluster={cluster} />);
    expect(running).not.toContain('>Approve<');
    expect(running).toContain('It would not help any more.');
  });

  it('has nothing to approve once all its moves are left out', () => {
    const html = render(<OpenPlan plan={plan('proposed', move('db-2', 'left_out'))} cluster={cluster} />);
    expect(html).toMatch(/<button[^>]*disabled=""[^>]*>(<span[^>]*>)?Approve/);
  });

  it('that only switches hosts off can be approved too, and says which', () => {
    const off = { hostId: 'h5', hostName: 'h5', state: 'planned', note: null };
    const saving = { ...plan('proposed'), switches: [off] } as unknown as BalancingPlan;
    const html = render(<OpenPlan plan={saving} cluster={cluster} />);
    expect(html).toMatch(/Then switch off <a[^>]*>h5<\/a>/);
    expect(html).not.toMatch(/<button[^>]*disabled=""[^>]*>(<span[^>]*>)?Approve/);
  });

  it('is said to be made, or why not', () => {
    expect(regime(cluster)).toContain(
      'proposed when a host used more than 80 % of its CPU or 90 % of its memory for 2 minutes',
    );
    expect(regime({ ...cluster, schedulingPolicy: 'none' })).toContain('only places');
    expect(regime({ ...cluster, balancing: { ...cluster.balancing, mode: 'off' } })).toContain('balancing is off');
  });
});

describe('a rolling maintenance', () => {
  const hosts = ['h1', 'h2', 'h3'].map((name) => ({
    id: `id-${name}`,
    name,
    state: name === 'h3' ? 'maintenance' : 'up',
  }));
  const rolling = {
    task: 'wait_for_operator',
    hostsAtOnce: 1,
    hosts: ['done', 'failed', 'in_maintenance', 'planned'].map((step, index) => ({
      hostId: `id-h${index}`,
      hostName: `h${index}`,
      step,
      note: step === 'failed' ? 'It did not boot.' : null,
      since: null,
    })),
  } as unknown as Rolling;

  it('begins with all hosts that are up, unless some are named', () => {
    const values = rollingValues(hosts);
    expect(values.hostIds).toBe('h1\nh2');
    expect(rollingBody(values, hosts)).toEqual({ task: 'wait_for_operator', hostsAtOnce: 1 });
    const named = { ...values, which: 'named', hostIds: ' H2 \n\nh1', task: 'reboot', hostsAtOnce: '2' };
    expect(rollingBody(named, hosts)).toEqual({ task: 'reboot', hostsAtOnce: 2, hostIds: ['id-h2', 'id-h1'] });
    const shown = (which: string) => shownOf(rollingFields(hosts), { ...values, which }).map((field) => field.name);
    expect(shown('all')).not.toContain('hostIds');
    expect(shown('named')).toContain('hostIds');
    const tasks = rollingFields(hosts)
      .find((field) => field.name === 'task')
      ?.options?.map(({ value }) => value);
    expect(tasks).toEqual(['wait_for_operator', 'reboot', 'upgrade']);
  });

  it('is not begun with all hosts where the names were deleted, or with one that is not there', () => {
    const named = { ...rollingValues(hosts), which: 'named' };
    for (const [hostIds, words] of [
      [' \n', 'Name a host'],
      ['h1\nh7', 'Line 2: “h7” is no host'],
    ] as const) {
      const problem = problemOf(thrown(() => rollingBody({ ...named, hostIds }, hosts)));
      expect(problem.errors?.[0]?.field).toBe('hostIds');
      expect(problem.errors?.[0]?.message).toContain(words);
    }
  });

  it('leaves one host up', () => {
    const most = (count: number) =>
      rollingFields(Array.from({ length: count }, (_, i) => ({ id: `${i}`, name: `h${i}`, state: 'up' }))).find(
        (field) => field.name === 'hostsAtOnce',
      )?.max;
    expect(most(3)).toBe(2);
    expect(most(1)).toBe(1);
    expect(most(400)).toBe(16);
  });

  it('shows how far each host is, and is paused, resumed and aborted', () => {
    const show = (state: string) => render(<RollingPlan plan={{ ...plan(state), rolling }} rolling={rolling} />);
    const running = show('running');
    expect(running).toContain('1 of 4 hosts done, 1 failed');
    expect(running).toContain('It did not boot.');
    expect(running).toContain('aria-label="Activate h2"');
    expect(running.match(/aria-label="Activate/g)).toHaveLength(1);
    expect(running).toMatch(/>Pause</);
    expect(running).toMatch(/>Abort</);
    const paused = show('paused');
    expect(paused).toMatch(/>Resume</);
    expect(paused).not.toMatch(/>Pause</);
  });

  it('is told by its hosts, not by moves, once it has ended', () => {
    const html = render(<EarlierPlans plans={[{ ...plan('aborted'), rolling }]} cluster={cluster} />);
    expect(html).toContain('1 of 4 hosts done, 1 failed');
  });
});
