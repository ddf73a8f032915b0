import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import { groupBody, groupValues, vmRuleInWords } from '../src/affinity/affinityForm';
import type {
  AffinityGroup,
  BalancingPlan,
  Cluster,
  Explanation,
  Host,
  Rehearsal,
  SchedulingUnits,
} from '../src/api/types';
import { apiUrl } from '../src/api/client';
import { OpenPlan } from '../src/balancing/BalancingTab';
import { costToCome, movesInWords, policyInWords, regime } from '../src/balancing/plan';
import {
  comparison,
  rehearsalBody,
  rehearsalCharts,
  rehearsalFields,
  rehearsalValues,
} from '../src/balancing/rehearsal';
import { RehearsalView } from '../src/balancing/RehearsalDialog';
import { problemOf } from '../src/api/problem';
import { scheduleText, scheduleWindows } from '../src/clusters/policySchedule';
import { schedulingBody, schedulingFields, schedulingValues } from '../src/clusters/schedulingForm';
import { sectionsOf, shownOf } from '../src/common/fields';
import { offered } from '../src/common/Picks';
import { hostState } from '../src/hosts/hostState';
import { ExplanationView } from '../src/scheduling/ExplanationView';
import { complaints, parametersOf, policyBody, policyForm, weightsInWords } from '../src/scheduling/policyForm';
import { EMPTY_VM, placementQuery } from '../src/vms/newVm';
import { whyHere } from '../src/vms/whyHere';

const render = (node: React.ReactNode) =>
  renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>{node}</MemoryRouter>
    </QueryClientProvider>,
  );

const cluster = {
  id: 'c',
  schedulingPolicy: 'evenly_distributed',
  highUtilizationPercent: 80,
  cpuOverCommitDurationMinutes: 2,
  balancing: { mode: 'review', aggressiveness: 1, memoryHighPercent: 90 },
} as unknown as Cluster;

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

describe('the scheduling of a cluster', () => {
  it('goes through its form unchanged', () => {
    expect(schedulingBody(schedulingValues(undefined))).toEqual({
      schedulingPolicy: 'evenly_distributed',
      policySchedule: { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, windows: [] },
      customPolicyId: '',
      memoryOvercommitPercent: 100,
      highUtilizationPercent: 80,
      cpuOverCommitDurationMinutes: 2,
      balancing: {
        mode: 'automatic',
        aggressiveness: 1,
        memoryHighPercent: 90,
        criticalPercent: 95,
        migrationsPerHost: 2,
        migrationsPerCluster: 8,
      },
      powerSaving: { lowUtilizationPercent: 20, hostsInReserve: 0, enableAutomaticHostPowerManagement: false },
    });
  });

  it('hides the limits of balancing where nothing is balanced, but not those of placement', () => {
    const names = (values: Record<string, string>) =>
      shownOf(schedulingFields([]), { ...schedulingValues(undefined), ...values }).map((field) => field.name);
    expect(names({})).toContain('balancing.migrationsPerHost');
    expect(names({ schedulingPolicy: 'none' })).not.toContain('balancing.mode');
    expect(names({ 'balancing.mode': 'off' })).not.toContain('balancing.aggressiveness');
    expect(names({ 'balancing.mode': 'off' })).toContain('highUtilizationPercent');
    expect(sectionsOf(schedulingFields([]), schedulingValues(undefined)).map(({ title }) => title)).toEqual([
      'Scheduling',
      'Balancing',
    ]);
  });
});

describe('a host that power saving switched off', () => {
  it('sleeps, and is not shown as a fault', () => {
    expect(hostState({ state: 'down', sleep: null } as unknown as Host)).toBe('down');
    expect(hostState({ state: 'down', sleep: { since: 'x' } } as unknown as Host)).toBe('asleep');
    expect(hostState({ state: 'down', sleep: { since: 'x', wakingSince: 'y' } } as unknown as Host)).toBe('waking');
  });
});

describe('an explanation', () => {
  const verdict = (hostName: string, more: object) => ({
    hostId: hostName,
    hostName,
    filter: null,
    reason: null,
    scores: [],
    total: null,
    further: [],
    ...more,
  });
  const explanation = (chosenHostId: string | null, ...hosts: object[]) =>
    ({ chosenHostId, summary: '', hosts }) as unknown as Explanation;
  const vm = { name: 'web', hostId: 'a' };

  it('says why a VM is where it is, or where it should be', () => {
    const b = verdict('b', { verdict: 'chosen', total: 5 });
    expect(whyHere(vm, explanation('a', verdict('a', { verdict: 'chosen', total: 1 })))).toContain('chosen again');
    expect(whyHere(vm, explanation('b', verdict('a', { verdict: 'fits', total: 4.2 }), b))).toContain('better by 0.80');
    expect(whyHere(vm, explanation('b', verdict('a', { verdict: 'fits', total: 5 }), b))).toContain('as good as b');
    expect(
      whyHere(vm, explanation('b', verdict('a', { verdict: 'refused', reason: 'It lacks memory.' }), b)),
    ).toContain('would not be chosen again: It lacks memory.');
    expect(whyHere(vm, explanation('b', b))).toContain('not among those of its cluster');
  });

  it('lists all that stands against a host, the least refused first', () => {
    const html = render(
      <ExplanationView
        explanation={explanation(
          null,
          verdict('a', {
            verdict: 'refused',
            filter: 'CPU',
            reason: 'Few CPUs.',
            further: [{ filter: 'Memory', reason: 'Little memory.' }],
          }),
          verdict('b', { verdict: 'refused', filter: 'CPU', reason: 'Few CPUs.' }),
        )}
        currentHostId="a"
      />,
    );
    expect(html.indexOf('>b<')).toBeLessThan(html.indexOf('>a<'));
    expect(html).toContain('Little memory.');
    expect(html).toContain('runs here');
  });

  it('does not draw thousands of hosts at once, but the one where the VM runs', () => {
    const hosts = Array.from({ length: 3000 }, (_, index) =>
      verdict(`h${String(index).padStart(4, '0')}`, { verdict: 'fits', total: 1 }),
    );
    const html = render(<ExplanationView explanation={explanation(null, ...hosts)} currentHostId="h2999" />);
    expect(html.match(/kv-verdict-name/g)).toHaveLength(26);
    expect(html).toContain('h2999');
    expect(html).toContain('Show the other 2974 hosts');
  });
});

describe('an affinity group', () => {
  const group = {
    name: 'db',
    description: '',
    vmRule: 'hard_anti_affinity',
    level: 'fault_domain',
    members: [
      { vmId: '1', partition: 7 },
      { vmId: '2', partition: null },
    ],
    hostRule: 'none',
    hostIds: [],
  } as unknown as AffinityGroup;

  it('is told in words', () => {
    expect(vmRuleInWords(group)).toBe('Apart, always, by fault domain');
    expect(vmRuleInWords({ vmRule: 'none', level: 'fault_domain' })).toBe('No rule');
  });

  it('keeps the partitions of members that stay, and no hosts without a rule for them', () => {
    const values = { ...groupValues(group), members: ['1', '3'], hostIds: ['h'] };
    expect(groupBody(values, group)).toMatchObject({
      members: [
        { vmId: '1', partition: 7 },
        { vmId: '3', partition: null },
      ],
      hostIds: [],
    });
    expect(groupBody({ ...values, hostRule: 'affinity' }, group).hostIds).toEqual(['h']);
  });
});

describe('picking of many', () => {
  const options = Array.from({ length: 300 }, (_, index) => ({ value: `v${index}`, label: `vm-${index}` }));

  it('shows what was picked first, and what the search finds', () => {
    const { shown, more } = offered(options, new Set(['v299']), ['v299'], '');
    expect(shown[0]?.value).toBe('v299');
    expect(shown).toHaveLength(100);
    expect(more).toBe(200);
    const found = offered(options, new Set(['v299']), ['v299'], ' VM-123 ');
    expect(found.shown.map((option) => option.value)).toEqual(['v299', 'v123']);
  });
});

describe('a scheduling policy', () => {
  const ratio = { name: 'Ratio', description: '', minimum: 1, maximum: 64, defaultValue: 8 };
  const units = {
    builtInPolicies: [],
    units: [
      { name: 'HostUp', type: 'filter', description: '', optional: false, parameters: [] },
      { name: 'GuestLimit', type: 'filter', description: '', optional: true, parameters: [{ ...ratio, name: 'Max' }] },
      { name: 'Cpu', type: 'weight', description: '', optional: true, parameters: [ratio] },
      { name: 'Packing', type: 'weight', description: '', optional: true, parameters: [ratio] },
    ],
  } as unknown as SchedulingUnits;
  const form = policyForm('own', { filters: ['GuestLimit'], weights: { Cpu: 2, Packing: 1 }, parameters: { Max: 40 } });

  it('offers each parameter once, of units that count', () => {
    expect(parametersOf(form, units).map((parameter) => parameter.name)).toEqual(['Max', 'Ratio']);
    expect(parametersOf({ ...form, filters: [], weights: {} }, units)).toEqual([]);
  });

  it('is refused before it is sent where a number cannot be', () => {
    expect(complaints(form, units)).toEqual({});
    expect(complaints({ ...form, weights: {} }, units)).toHaveProperty('weights');
    expect(complaints({ ...form, weights: { Cpu: '0' } }, units)).toHaveProperty(['weights.Cpu']);
    expect(complaints({ ...form, weights: { Cpu: '1001' } }, units)).toHaveProperty(['weights.Cpu']);
    expect(complaints({ ...form, parameters: { Ratio: '65' } }, units)).toHaveProperty(['parameters.Ratio']);
  });

  it('is sent without weights that do not count, and without parameters that nobody has', () => {
    const changed = {
      ...form,
      filters: [],
      weights: { Cpu: '2.5', Packing: ' ' },
      parameters: { Max: '40', Ratio: '4' },
    };
    expect(policyBody(changed, units)).toEqual({
      name: 'own',
      description: '',
      filters: [],
      weights: { Cpu: 2.5 },
      parameters: { Ratio: 4 },
    });
  });

  it('reads with the heaviest weight first', () => {
    expect(weightsInWords({ b: 1, a: 1, c: 32 }, (name) => name.toUpperCase())).toBe('C 32 · A 1 · B 1');
  });
});

describe('the question where a new VM would go', () => {
  it('names each network and host of the form', () => {
    const query = placementQuery({ ...EMPTY_VM, templateId: 't', cpus: '2', memoryMiB: '512', networkIds: ['n', 'm'] });
    expect(apiUrl('/clusters/c/placement', query)).toBe(
      '/api/v1/clusters/c/placement?templateId=t&cpus=2&memoryBytes=536870912&networkId=n&networkId=m' +
        '&highlyAvailable=false&numaNodes=0&dedicatedCpus=false&hugepageBytes=0',
    );
  });
});

describe('a schedule of policies', () => {
  const text = 'mon-fri 08:00-18:00 performance\nsat,sun 22:00-06:00 power_saving';

  it('is read from lines, and written as such again', () => {
    const windows = scheduleWindows(`${text}\n\n`);
    expect(windows).toHaveLength(2);
    expect(windows[0]?.days).toEqual(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']);
    expect(windows[1]).toMatchObject({ days: ['saturday', 'sunday'], from: '22:00', to: '06:00' });
    expect(scheduleText(windows)).toBe(text);
    expect(scheduleWindows('Fri-Mon 8:00 – 9:00 density')[0]?.days).toEqual(['monday', 'friday', 'saturday', 'sunday']);
    expect(scheduleText(null)).toBe('');
  });

  it('says which line cannot be read, at its field', () => {
    for (const wrong of [
      'mon 8-9 density',
      'someday 08:00-09:00 density',
      'm 08:00-09:00 none',
      'mon-fri performance',
    ]) {
      const problem = problemOf(thrown(() => scheduleWindows(`${text}\n${wrong}`)));
      expect(problem.errors?.[0]?.field).toBe('policySchedule.windows');
      expect(problem.errors?.[0]?.message).toContain(wrong);
    }
  });

  it('shows the settings of every policy that it names, and which is in force', () => {
    const scheduled = { ...schedulingValues(cluster), schedulingPolicy: 'density', 'policySchedule.windows': text };
    const names = shownOf(schedulingFields([]), scheduled).map((field) => field.name);
    expect(names).toContain('powerSaving.hostsInReserve');
    expect(names).toContain('policySchedule.timeZone');
    const now = { ...cluster, policyInForce: 'density', policySchedule: { timeZone: 'UTC', windows: [] } } as Cluster;
    expect(policyInWords(now)).toBe('Density, by schedule');
    expect(regime(now)).toContain('“Density” only places');
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a rehearsal', () => {
  const outcome = (kwh: number, moves: number) => ({
    moves,
    movedBytes: moves * 1e9,
    switchedOff: moves > 0 ? 2 : 0,
    woken: moves > 0 ? 1 : 0,
    hostHoursOn: kwh * 6,
    kwh,
    highestLoad: 0.62,
    overThresholdSeconds: 90,
    efficiency: 0.9999,
    firstMoves: Array.from({ length: Math.min(200, moves) }, (_, i) => ({
      at: '2026-03-01T00:10:00Z',
      vmName: `vm-${i}`,
      fromHostName: 'h1',
      toHostName: 'h2',
      purpose: 'empty_host',
    })),
    hosts: [],
    timeline: [{ at: '2026-03-01T00:00:00Z', hostsOn: 4, meanLoad: 0.2, highestLoad: 0.62 }],
  });
  const run = (state: string, inUse: unknown, proposed: unknown) =>
    ({
      id: 'r',
      state,
      progressPercent: 40,
      from: '2026-03-01T00:00:00Z',
      to: '2026-03-01T23:55:00Z',
      thresholdPercent: 80,
      inUse: { outcome: inUse },
      proposed: { outcome: proposed },
      assumptions: ['A host draws 100 W.'],
    }) as unknown as Rehearsal;

  it('asks for the settings that balance, and for nothing that only places', () => {
    const body = rehearsalBody(rehearsalValues(cluster));
    expect(body).toMatchObject({ hours: 24, schedulingPolicy: 'evenly_distributed', balancing: { mode: 'review' } });
    expect(Object.keys(body)).not.toContain('customPolicyId');
    expect(rehearsalFields().map((field) => field.name)).not.toContain('memoryOvercommitPercent');
  });

  it('shows both outcomes side by side, and a dash for what is not known yet', () => {
    expect(comparison(run('done', outcome(12, 0), outcome(7.25, 14)))).toEqual([
      ['Moves', '0', '14'],
      ['Energy', '12.0 kWh', '7.3 kWh'],
      ['Hosts on', '72.0 host-hours', '43.5 host-hours'],
      ['Switched off, woken', '0 times, 0 times', '2 times, 1 times'],
      ['Over 80 % CPU, all hosts', '1 min 30 s', '1 min 30 s'],
      ['Highest load of a host', '62 %', '62 %'],
      ['VMs got of what they asked for', '99.99 %', '99.99 %'],
      ['Copied by migrations', '0.0 GB', '14.0 GB'],
    ]);
    expect(comparison(run('running', outcome(12, 0), null))[0]).toEqual(['Moves', '0', '–']);
    expect(rehearsalCharts(run('done', outcome(12, 0), outcome(7, 14)))[0]?.series).toHaveLength(2);
    expect(rehearsalCharts(run('running', null, null))).toEqual([]);
  });

  it('says how far it is, what would move first, and what it takes for granted', () => {
    const running = render(<RehearsalView run={run('running', null, null)} />);
    expect(running).toContain('Playing recorded loads');
    const done = render(<RehearsalView run={run('done', outcome(12, 0), outcome(7, 14))} />);
    expect(done).toContain('23 h 55 min of loads');
    expect(done).toContain('vm-9');
    expect(done).not.toContain('vm-10');
    expect(done).toContain('the first 10 of 14 moves');
    expect(done).toContain('A host draws 100 W.');
    expect(done).not.toContain('Playing recorded loads');
  });
});
