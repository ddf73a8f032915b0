import type { AffinityGroup } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';

type Rule = AffinityGroup['vmRule'];

const VM_RULES: Record<Rule, string> = {
  none: 'No rule',
  affinity: 'Together, if possible',
  hard_affinity: 'Together, always',
  anti_affinity: 'Apart, if possible',
  hard_anti_affinity: 'Apart, always',
};

const HOST_RULES: Record<Rule, string> = {
  none: 'No rule',
  affinity: 'On these hosts, if possible',
  hard_affinity: 'On these hosts, always',
  anti_affinity: 'Not on these hosts, if possible',
  hard_anti_affinity: 'Never on these hosts',
};

const options = (rules: Record<Rule, string>) => Object.entries(rules).map(([value, label]) => ({ value, label }));

/** `Apart, always, by fault domain`. */
export function vmRuleInWords(group: Pick<AffinityGroup, 'vmRule' | 'level'>): string {
  const domain = group.vmRule !== 'none' && group.level === 'fault_domain' ? ', by fault domain' : '';
  return VM_RULES[group.vmRule] + domain;
}

export const hostRuleInWords = (group: Pick<AffinityGroup, 'hostRule'>): string => HOST_RULES[group.hostRule];

export function groupValues(group: AffinityGroup | undefined, firstMember?: string): Values {
  return {
    name: group?.name ?? '',
    description: group?.description ?? '',
    vmRule: group?.vmRule ?? 'hard_anti_affinity',
    level: group?.level ?? 'host',
    members: group?.members.map((member) => member.vmId) ?? (firstMember ? [firstMember] : []),
    hostRule: group?.hostRule ?? 'none',
    hostIds: group?.hostIds ?? [],
  };
}

export function groupFields(vms: Choice[], hosts: Choice[]): Field[] {
  return [
    { name: 'name', label: 'Name', required: true },
    { name: 'description', label: 'Description' },
    { name: 'members', label: 'VMs', type: 'picks', options: vms },
    { name: 'vmRule', label: 'They run', type: 'select', options: options(VM_RULES), section: 'Between these VMs' },
    {
      name: 'level',
      label: 'Measured by',
      type: 'select',
      section: 'Between these VMs',
      options: [
        { value: 'host', label: 'Host' },
        { value: 'fault_domain', label: 'Fault domain, such as a rack' },
      ],
      shown: (values) => values.vmRule !== 'none',
    },
    { name: 'hostRule', label: 'They run', type: 'select', options: options(HOST_RULES), section: 'To hosts' },
    {
      name: 'hostIds',
      label: 'Hosts',
      type: 'picks',
      options: hosts,
      section: 'To hosts',
      shown: (values) => values.hostRule !== 'none',
    },
  ];
}

const listOf = (value: Values[string] | undefined): string[] => (Array.isArray(value) ? value : []);

/** The request body. Members keep the partitions that they have. */
export function groupBody(values: Values, before: AffinityGroup | undefined) {
  const partition = (vmId: string) => before?.members.find((member) => member.vmId === vmId)?.partition ?? null;
  return {
    name: String(values.name).trim(),
    description: String(values.description),
    vmRule: String(values.vmRule),
    level: String(values.level),
    members: listOf(values.members).map((vmId) => ({ vmId, partition: partition(vmId) })),
    hostRule: String(values.hostRule),
    hostIds: values.hostRule === 'none' ? [] : listOf(values.hostIds),
  };
}
