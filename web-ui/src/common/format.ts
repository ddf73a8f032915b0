const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** The sign for "nothing known": never an empty cell, which reads as a fault of the page. */
export const NONE = '–';

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 1024 && unit < BINARY.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || scaled >= 100 || Number.isInteger(scaled) ? 0 : 1;
  return `${scaled.toFixed(digits)} ${BINARY[unit]}`;
}

export function bytesPerSecond(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : `${bytes(value)}/s`;
}

/** A ratio 0..1 as a percentage. */
export function percent(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || Number.isNaN(ratio)) return NONE;
  const value = ratio * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function count(value: number, singular: string, plural = `${singular}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? singular : plural}`;
}

/** A length of time in the two largest units that matter: `850 ms`, `4.2 s`, `3 min 20 s`, `2 d 4 h`. */
export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || Number.isNaN(milliseconds)) return NONE;
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.floor(s)} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return pair(minutes, 'min', Math.floor(s % 60), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

export function between(
  from: string | null | undefined,
  to: string | null | undefined,
  now = Date.now(),
): number | null {
  if (!from) return null;
  return (to ? Date.parse(to) : now) - Date.parse(from);
}

export function relativeTime(time: string | null | undefined, now = Date.now()): string {
  if (!time) return NONE;
  const distance = now - Date.parse(time);
  if (Number.isNaN(distance)) return NONE;
  if (Math.abs(distance) < 5000) return 'just now';
  const words = duration(Math.abs(distance)).split(' ').slice(0, 2);
  const text = `${Math.floor(Number(words[0]))} ${words[1]}`;
  return distance >= 0 ? `${text} ago` : `in ${text}`;
}

export function exactTime(time: string | null | undefined): string {
  if (!time) return NONE;
  const date = new Date(time);
  return Number.isNaN(date.getTime())
    ? NONE
    : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `preparing_for_maintenance` → `Preparing for maintenance`. */
export function words(code: string | null | undefined): string {
  if (!code) return NONE;
  const text = code.replace(/[_-]/g, ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Operation types read as a person says them; unknown ones fall back to their words. */
export function operationName(type: string): string {
  return words(type)
    .replace(/\bvm\b/gi, 'VM')
    .replace(/\bvms\b/gi, 'VMs');
}

export function cpus(
  hardware: { sockets?: number; coresPerSocket?: number; threadsPerCore?: number } | null | undefined,
) {
  return (hardware?.sockets ?? 1) * (hardware?.coresPerSocket ?? 1) * (hardware?.threadsPerCore ?? 1);
}
