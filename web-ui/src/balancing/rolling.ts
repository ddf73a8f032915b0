import { ProblemError } from '../api/problem';
import type { BalancingPlan, ClusterBranch } from '../api/types';
import type { Field, Values } from '../common/fields';
import { count } from '../common/format';

export type Rolling = NonNullable<BalancingPlan['rolling']>;
export type ClusterHost = Pick<ClusterBranch['hosts'][number], 'id' | 'name' | 'state'>;

/** The engine takes no more at once, and leaves one host up. */
const MOST_AT_ONCE = 16;

const isUp = (host: ClusterHost) => host.state === 'up';

/** `2 of 5 hosts done, 1 failed`. */
export function progressInWords(rolling: Rolling): string {
  const at = (step: string) => rolling.hosts.filter((host) => host.step === step).length;
  const others = [
    [at('failed'), 'failed'],
    [at('skipped'), 'skipped'],
  ] as const;
  return [
    `${at('done')} of ${count(rolling.hosts.length, 'host')} done`,
    ...others.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`),
  ].join(', ');
}

/** A form for hosts that are up; the names stand there to be ordered and left out. */
export function rollingValues(hosts: readonly ClusterHost[]): Values {
  return {
    task: 'wait_for_operator',
    hostsAtOnce: '1',
    which: 'all',
    hostIds: hosts
      .filter(isUp)
      .map((host) => host.name)
      .join('\n'),
  };
}

export function rollingFields(hosts: readonly ClusterHost[]): Field[] {
  const up = hosts.filter(isUp).length;
  return [
    {
      name: 'task',
      label: 'A host that is empty',
      type: 'select',
      options: [
        { value: 'wait_for_operator', label: 'Waits in maintenance until I activate it' },
        { value: 'reboot', label: 'Is rebooted by its power management, and activated' },
        { value: 'upgrade', label: 'Upgrades its software, is rebooted where it wants that, and activated' },
      ],
    },
    {
      name: 'hostsAtOnce',
      label: 'Hosts away at once',
      type: 'number',
      unit: `of ${up} up`,
      min: 1,
      max: Math.min(MOST_AT_ONCE, Math.max(1, up - 1)),
      required: true,
      help: 'A host whose VMs find no room on the others waits',
    },
    {
      name: 'which',
      label: 'Hosts',
      type: 'select',
      options: [
        { value: 'all', label: 'All that are up, by name' },
        { value: 'named', label: 'These, in this order' },
      ],
    },
    {
      name: 'hostIds',
      label: 'Names, one a line',
      type: 'textarea',
      shown: (values) => values.which === 'named',
    },
  ];
}

/** The request body. Names that are no hosts of the cluster are refused by their line; none at all would mean all. */
export function rollingBody(values: Values, hosts: readonly ClusterHost[]) {
  return {
    task: String(values.task),
    hostsAtOnce: Number(values.hostsAtOnce),
    ...(values.which === 'named' ? { hostIds: idsOf(String(values.hostIds), hosts) } : {}),
  };
}

function idsOf(text: string, hosts: readonly ClusterHost[]): string[] {
  const ids = new Map(hosts.map((host) => [host.name.toLowerCase(), host.id]));
  const named = text
    .split('\n')
    .map((line, index) => ({ name: line.trim(), line: index + 1 }))
    .filter(({ name }) => name !== '');
  if (named.length === 0) throw refused('', 'Name a host, or choose all of them.');
  return named.map(({ name, line }) => {
    const id = ids.get(name.toLowerCase());
    if (!id) throw refused(name, `Line ${line}: “${name}” is no host of this cluster.`);
    return id;
  });
}

function refused(value: string, message: string): ProblemError {
  return new ProblemError({
    title: 'The hosts cannot be read',
    status: 400,
    errors: [{ field: 'hostIds', value, message }],
  });
}
