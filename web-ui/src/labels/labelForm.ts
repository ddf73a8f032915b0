import type { AffinityLabel } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';

export const OFFERED = 1000;

export function labelValues(label: AffinityLabel | undefined): Values {
  return {
    name: label?.name ?? '',
    description: label?.description ?? '',
    hostIds: label?.hostIds ?? [],
    vmIds: label?.vmIds ?? [],
  };
}

export function labelFields(hosts: Choice[], vms: Choice[]): Field[] {
  const beyond = (options: Choice[], page: string) =>
    options.length < OFFERED ? undefined : `The first ${OFFERED} by name; others get it on ${page}`;
  return [
    { name: 'name', label: 'Name', required: true },
    { name: 'description', label: 'Description' },
    {
      name: 'hostIds',
      label: 'Hosts that have it',
      type: 'picks',
      options: hosts,
      help: beyond(hosts, "the host's own page"),
    },
    {
      name: 'vmIds',
      label: 'VMs that run only there',
      type: 'picks',
      options: vms,
      help: beyond(vms, "the VM's tab Placement"),
    },
  ];
}

const listOf = (value: Values[string] | undefined): string[] => (Array.isArray(value) ? value : []);

export const labelBody = (values: Values) => ({
  name: String(values.name).trim(),
  description: String(values.description),
  hostIds: listOf(values.hostIds),
  vmIds: listOf(values.vmIds),
});

export type Labelled = 'host' | 'vm';

const LISTS = { host: 'hostIds', vm: 'vmIds' } as const;

export const has = (label: AffinityLabel, kind: Labelled, id: string): boolean => label[LISTS[kind]].includes(id);

/** The change of a label that gives it to one, or takes it away. */
export function labelChange(label: AffinityLabel, kind: Labelled, id: string, wanted: boolean) {
  const others = label[LISTS[kind]].filter((other) => other !== id);
  return { [LISTS[kind]]: wanted ? [...others, id] : others };
}
