import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/api/problem';
import type { Quota, QuotaUsage, Template, Vm } from '../src/api/types';
import { shownOf } from '../src/common/fields';
import { quotaBody, quotaFields, quotaValues, sharesOf } from '../src/quotas/quotaForm';
import { QuotaMeters } from '../src/quotas/QuotasPage';
import { EMPTY_VM, newVm } from '../src/vms/newVm';
import { ruleValues, schedulingFields } from '../src/vms/vmForm';
import { render, thrown } from './fixtures';

const GIB = 2 ** 30;
const clusters = [
  { id: 'c1', name: 'production' },
  { id: 'c2', name: 'test lab' },
];
const quota = {
  id: 'q',
  name: 'team-a',
  description: '',
  dataCenterId: 'dc',
  enforcement: 'enforced',
  vcpus: 64,
  memoryBytes: 0,
  thresholdPercent: 80,
  clusters: [{ clusterId: 'c2', vcpus: 16, memoryBytes: 1.5 * GIB }],
} as unknown as Quota;
const usage = {
  vms: 3,
  vcpus: 62,
  memoryBytes: 8 * GIB,
  clusters: [{ clusterId: 'c1', vms: 3, vcpus: 62, memoryBytes: 8 * GIB }],
} as unknown as QuotaUsage;

describe('a quota', () => {
  it('goes through its form unchanged, without its data center, which is chosen once', () => {
    const values = quotaValues(quota, clusters);
    expect(values.clusters).toBe('test lab 16 1.5');
    const { name, description, enforcement, vcpus, memoryBytes, thresholdPercent, clusters: limits } = quota;
    const unchanged = { name, description, enforcement, vcpus, memoryBytes, thresholdPercent, clusters: limits };
    expect(quotaBody(values, clusters, false)).toEqual(unchanged);
    expect(quotaBody(values, clusters, true)).toEqual({ ...unchanged, dataCenterId: 'dc' });
    const shown = (isNew: boolean) => shownOf(quotaFields([], isNew), values).map((field) => field.name);
    expect(shown(true)).toContain('dataCenterId');
    expect(shown(false)).not.toContain('dataCenterId');
  });

  it('says which limit of a cluster cannot be read, at its field', () => {
    for (const [line, words] of [
      ['production 16', 'cannot be read'],
      ['staging 16 64', 'There is no cluster “staging”'],
      ['production 1 -64', 'cannot be read'],
    ] as const) {
      const values = { ...quotaValues(quota, clusters), clusters: `PRODUCTION 1 2\n${line}` };
      const problem = problemOf(thrown(() => quotaBody(values, clusters, false)));
      expect(problem.errors?.[0]?.field).toBe('clusters');
      expect(problem.errors?.[0]?.message).toContain(words);
    }
  });

  it('shows what is used of each limit, and that there is none', () => {
    expect(sharesOf(quota, usage, clusters)).toEqual([
      { label: 'CPUs', text: '62 CPUs of 64 CPUs', ratio: 62 / 64 },
      { label: 'Memory', text: '8 GiB, no limit', ratio: null },
      { label: 'CPUs in test lab', text: '0 CPUs of 16 CPUs', ratio: 0 },
      { label: 'Memory in test lab', text: '0 B of 1.5 GiB', ratio: 0 },
    ]);
    expect(sharesOf(quota, undefined, clusters)[0]).toEqual({ label: 'CPUs', text: '– of 64 CPUs', ratio: null });
    const html = render(<QuotaMeters quota={quota} usage={usage} clusters={clusters} />);
    expect(html.match(/role="meter"/g)).toHaveLength(4);
    expect(html).toContain('kv-bar-bad');
  });
});

describe('the quota of a VM', () => {
  it('is chosen among those there are, and kept where its own is not offered', () => {
    const field = (quotas: { value: string; label: string }[]) =>
      schedulingFields([], quotas).find(({ name }) => name === 'quotaId');
    expect(field([{ value: 'q', label: 'team-a' }])?.options?.map(({ label }) => label)).toEqual(['None', 'team-a']);
    expect(field([])?.shown?.({ quotaId: '' })).toBe(false);
    expect(field([])?.shown?.({ quotaId: 'q' })).toBe(true);
    expect(ruleValues({ quotaId: 'q' } as unknown as Vm).quotaId).toBe('q');
  });

  it('goes with a new one only if it has one', () => {
    const form = { ...EMPTY_VM, name: 'a' };
    const template = { hardware: {} } as unknown as Template;
    expect(newVm(form, template)).not.toHaveProperty('quotaId');
    expect(newVm({ ...form, rules: { ...form.rules, quotaId: 'q' } }, template)).toMatchObject({ quotaId: 'q' });
  });
});
