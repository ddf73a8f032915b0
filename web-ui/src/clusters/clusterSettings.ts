import type { Cluster, ClusterSetting } from '../api/types';
import type { Field, Values } from '../common/fields';
import { NONE } from '../common/format';

/** Shown in megabytes, sent in bytes. */
const MEGABYTE = 1e6;

const UNITS: Record<ClusterSetting['unit'], string | undefined> = {
  percent: '%',
  minutes: 'minutes',
  hosts: 'hosts',
  migrations: 'at once',
  bytes_per_second: 'MB/s',
  level: undefined,
};

const scaleOf = (setting: ClusterSetting) => (setting.unit === 'bytes_per_second' ? MEGABYTE : 1);

function numberIn(cluster: Cluster | undefined, path: string): number | undefined {
  let found: unknown = cluster;
  for (const key of path.split('.')) found = (found as Record<string, unknown> | undefined)?.[key];
  return typeof found === 'number' ? found : undefined;
}

/** What the forms hold of the numbers, by their names; for a new cluster, the engine's defaults. */
export function settingValues(cluster: Cluster | undefined, settings: readonly ClusterSetting[]): Values {
  return Object.fromEntries(
    settings.map((setting) => [
      setting.name,
      String((numberIn(cluster, setting.name) ?? setting.defaultValue) / scaleOf(setting)),
    ]),
  );
}

export function settingField(setting: ClusterSetting): Field {
  return {
    name: setting.name,
    label: setting.title,
    type: 'number',
    unit: UNITS[setting.unit],
    min: setting.minimum / scaleOf(setting),
    max: setting.maximum / scaleOf(setting),
    help: setting.description || undefined,
  };
}

/** The numbers as they are sent, by the objects that they are in; those outside of all are under the empty name. */
export function settingBody(
  values: Values,
  settings: readonly ClusterSetting[],
): Record<string, Record<string, number>> {
  const body: Record<string, Record<string, number>> = {};
  for (const setting of settings) {
    const dot = setting.name.lastIndexOf('.');
    const object = (body[setting.name.slice(0, Math.max(0, dot))] ??= {});
    object[setting.name.slice(dot + 1)] = Math.round(Number(values[setting.name]) * scaleOf(setting));
  }
  return body;
}

/** `80 %`, `2 at once`, `3 of 5`; a dash where the cluster has no such number. */
export function settingInWords(cluster: Cluster, setting: ClusterSetting): string {
  const number = numberIn(cluster, setting.name);
  if (number === undefined) return NONE;
  const shown = (number / scaleOf(setting)).toLocaleString('en');
  const unit = setting.unit === 'level' ? `of ${setting.maximum}` : UNITS[setting.unit];
  return unit ? `${shown} ${unit}` : shown;
}
