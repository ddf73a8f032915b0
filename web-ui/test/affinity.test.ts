import { describe, expect, it } from 'vitest';
import { groupBody, groupValues, vmRuleInWords } from '../src/affinity/affinityForm';
import type { AffinityGroup } from '../src/api/types';
import { offered } from '../src/common/Picks';

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
