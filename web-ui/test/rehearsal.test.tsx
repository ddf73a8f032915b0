import { describe, expect, it } from 'vitest';
import type { Rehearsal } from '../src/api/types';
import {
  comparison,
  rehearsalBody,
  rehearsalCharts,
  rehearsalFields,
  rehearsalValues,
} from '../src/balancing/rehearsal';
import { TraceInput } from '../src/balancing/TraceInput';
import { RehearsalView } from '../src/balancing/RehearsalDialog';
import { cluster, render, settings } from './fixtures';

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
    const body = rehearsalBody(rehearsalValues(cluster, settings), settings);
    expect(body).toMatchObject({ hours: 24, schedulingPolicy: 'evenly_distributed', balancing: { mode: 'review' } });
    expect(Object.keys(body)).not.toContain('customPolicyId');
    expect(Object.keys(body)).not.toContain('memoryOvercommitPercent');
    expect(Object.keys(body.balancing)).not.toContain('diskLimitBytesPerSecond');
    const asked = rehearsalFields(settings).map((field) => field.name);
    expect(asked).toContain('balancing.memoryHighPercent');
    expect(asked).not.toContain('memoryOvercommitPercent');
    expect(asked).not.toContain('balancing.diskLimitBytesPerSecond');
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

  it('plays a trace instead of the last hours, and says so', () => {
    const body = rehearsalBody(rehearsalValues(cluster, settings), settings, 't');
    expect(body).toMatchObject({ traceId: 't' });
    expect(body).not.toHaveProperty('hours');
    const traced = { ...run('done', outcome(12, 0), outcome(7, 14)), trace: 'day.csv' } as Rehearsal;
    expect(render(<RehearsalView run={traced} />)).toContain('23 h 55 min of the trace day.csv');
    const input = (file?: File) =>
      render(<TraceInput trace={{ file, stepSeconds: '300' }} onChange={() => undefined} />);
    expect(input()).not.toContain('A line is');
    expect(input(new File(['1\n2'], 'day.csv'))).toContain('A line is');
  });
});
