import { describe, expect, it } from 'vitest';
import type { AffinityLabel } from '../src/api/types';
import { labelBody, labelChange, labelFields, labelValues } from '../src/labels/labelForm';
import { LabelList } from '../src/labels/LabelsOf';
import { render } from './fixtures';

const label = (name: string, hostIds: string[], vmIds: string[]) =>
  ({ id: name, name, description: '', hostIds, vmIds, revision: 3 }) as unknown as AffinityLabel;
const licence = label('licence', ['h1', 'h2'], ['v1']);
const gpu = label('gpu', ['h1'], []);

describe('an affinity label', () => {
  it('goes through its form unchanged, with members that are not offered', () => {
    expect(labelBody(labelValues(licence))).toEqual({
      name: 'licence',
      description: '',
      hostIds: ['h1', 'h2'],
      vmIds: ['v1'],
    });
    const helps = (count: number) =>
      labelFields(
        [],
        Array.from({ length: count }, (_, i) => ({ value: `v${i}`, label: `vm-${i}` })),
      ).map((field) => field.help);
    expect(helps(3).filter(Boolean)).toEqual([]);
    expect(helps(1000).filter(Boolean)).toHaveLength(1);
  });

  it('is given to one and taken from one, and the others keep it', () => {
    expect(labelChange(licence, 'vm', 'v2', true)).toEqual({ vmIds: ['v1', 'v2'] });
    expect(labelChange(licence, 'vm', 'v1', true)).toEqual({ vmIds: ['v1'] });
    expect(labelChange(licence, 'host', 'h1', false)).toEqual({ hostIds: ['h2'] });
  });

  it('stands at those that have it, and can be given to the others', () => {
    const list = (kind: 'host' | 'vm', id: string) =>
      render(<LabelList kind={kind} id={id} labels={[licence, gpu]} busy={false} onChange={() => undefined} />);
    const vm = list('vm', 'v1');
    expect(vm).toContain('Take away label licence');
    expect(vm).not.toContain('Take away label gpu');
    expect(vm).toMatch(/<option[^>]*>gpu<\/option>/);
    expect(list('vm', 'v9')).toContain('it may run on any host');
    expect(list('host', 'h1')).not.toContain('Give a label');
  });
});
