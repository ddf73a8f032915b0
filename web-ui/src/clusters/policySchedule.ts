import { ProblemError } from '../api/problem';
import type { Cluster } from '../api/types';

type Window = NonNullable<Cluster['policySchedule']>['windows'][number];

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const short = (day: string) => day.slice(0, 3);
const LINE = /^(\S+)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s+(\w+)$/;

/** Windows as lines such as `mon-fri 08:00-18:00 performance`. */
export function scheduleText(windows: readonly Window[] | undefined | null): string {
  return (windows ?? [])
    .map((window) => `${daysText(window.days)} ${window.from}-${window.to} ${window.policy}`)
    .join('\n');
}

function daysText(days: readonly string[]): string {
  const numbers = days.map((day) => DAYS.indexOf(day as (typeof DAYS)[number]));
  const first = numbers[0] ?? 0;
  const inARow = numbers.length > 2 && numbers.every((number, i) => number === first + i);
  return inARow ? `${short(days[0]!)}-${short(days.at(-1)!)}` : days.map(short).join(',');
}

/** The windows of such lines; says which line cannot be read, as the engine would. */
export function scheduleWindows(text: string): Window[] {
  return text
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '')
    .map((line) => {
      const [, days, from, to, policy] = LINE.exec(line) ?? [];
      const named = days === undefined ? undefined : daysOf(days);
      if (!named || !from || !to || !policy) throw unreadable(line);
      return { days: named, from: from.padStart(5, '0'), to: to.padStart(5, '0'), policy } as Window;
    });
}

function daysOf(text: string): string[] | undefined {
  const found: string[] = [];
  for (const part of text.split(',')) {
    const [first, last = first] = part.split('-').map(dayNumber);
    if (first === undefined || last === undefined || first < 0 || last < 0) return undefined;
    for (let i = first; ; i = (i + 1) % DAYS.length) {
      found.push(DAYS[i]!);
      if (i === last) break;
    }
  }
  return DAYS.filter((day) => found.includes(day));
}

const dayNumber = (text: string) => (text.length < 3 ? -1 : DAYS.findIndex((day) => day.startsWith(text)));

function unreadable(line: string): ProblemError {
  const message = `“${line}” cannot be read; a line is such as “mon-fri 08:00-18:00 performance”.`;
  return new ProblemError({
    title: 'The schedule cannot be read',
    status: 400,
    errors: [{ field: 'policySchedule.windows', value: line, message }],
  });
}
