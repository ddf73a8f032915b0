import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/api/problem';
import type { Cluster } from '../src/api/types';
import { policyInWords, regime } from '../src/balancing/plan';
import { settingInWords } from '../src/clusters/clusterSettings';
import { scheduleText, scheduleWindows } from '../src/clusters/policySchedule';
import { schedulingBody, schedulingFields, schedulingValues } from '../src/clusters/schedulingForm';
import { sectionsOf, shownOf } from '../src/common/fields';
import { cluster, settings, thrown } from './fixtures';

describe('the scheduling of a cluster', () => {
  it('of a new one is as the engine has it by default, and goes through its form unchanged', () => {
    expect(schedulingBody(schedulingValues(undefined, settings), settings)).toEqual({
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
        diskLimitBytesPerSecond: 0,
        efficiencyLowPercent: 70,
        migrationsPerHost: 2,
      },
      powerSaving: { lowUtilizationPercent: 20, hostsInReserve: 0, enableAutomaticHostPowerManagement: false },
    });
  });

  it('has a field for every number that the engine serves, with its words and range', () => {
    const fields = schedulingFields([], settings);
    for (const { name, title } of settings) expect(fields.find((field) => field.name === name)?.label).toBe(title);
    expect(fields.find((field) => field.name === 'memoryOvercommitPercent')).toMatchObject({
      type: 'number',
      unit: '%',
      min: 100,
      max: 400,
    });
    const levels = fields.find((field) => field.name === 'balancing.aggressiveness');
    expect(levels).toMatchObject({ type: 'select' });
    expect(levels?.options?.map((option) => option.value)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('shows what disks carry in megabytes, and sends it in bytes', () => {
    const fast = { ...cluster, balancing: { ...cluster.balancing, diskLimitBytesPerSecond: 2_500_000 } } as Cluster;
    const values = schedulingValues(fast, settings);
    expect(values['balancing.diskLimitBytesPerSecond']).toBe('2.5');
    expect(schedulingBody(values, settings).balancing).toMatchObject({ diskLimitBytesPerSecond: 2_500_000 });
    const words = Object.fromEntries(settings.map((setting) => [setting.name, settingInWords(fast, setting)]));
    expect(words).toMatchObject({
      'balancing.diskLimitBytesPerSecond': '2.5 MB/s',
      'balancing.aggressiveness': '1 of 5',
      highUtilizationPercent: '80 %',
      'balancing.migrationsPerHost': '–',
    });
  });

  it('hides the limits of balancing where nothing is balanced, but not those of placement', () => {
    const names = (values: Record<string, string>) =>
      shownOf(schedulingFields([], settings), { ...schedulingValues(undefined, settings), ...values }).map(
        (field) => field.name,
      );
    expect(names({})).toContain('balancing.migrationsPerHost');
    expect(names({ schedulingPolicy: 'none' })).not.toContain('balancing.mode');
    expect(names({ 'balancing.mode': 'off' })).not.toContain('balancing.aggressiveness');
    expect(names({ 'balancing.mode': 'off' })).toContain('highUtilizationPercent');
    expect(
      sectionsOf(schedulingFields([], settings), schedulingValues(undefined, settings)).map(({ title }) => title),
    ).toEqual(['Scheduling', 'Balancing']);
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
    const scheduled = {
      ...schedulingValues(cluster, settings),
      schedulingPolicy: 'density',
      'policySchedule.windows': text,
    };
    const names = shownOf(schedulingFields([], settings), scheduled).map((field) => field.name);
    expect(names).toContain('powerSaving.hostsInReserve');
    expect(names).toContain('policySchedule.timeZone');
    const now = { ...cluster, policyInForce: 'density', policySchedule: { timeZone: 'UTC', windows: [] } } as Cluster;
    expect(policyInWords(now)).toBe('Density, by schedule');
    expect(regime(now)).toContain('“Density” only places');
  });
});
