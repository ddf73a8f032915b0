import type { Operation } from '../api/types';
import { bytes, bytesPerSecond, duration } from '../common/format';

type MigrationProgress = NonNullable<Operation['migrationProgress']>;

/** How a live migration goes, in a line: what is left, how fast, against what, and how it may end. */
export function migrationInWords(progress: MigrationProgress): string {
  const copying = `${bytes(progress.remainingBytes)} left at ${bytesPerSecond(progress.bytesPerSecond)}`;
  if (progress.postCopy) return `It runs at its target already; ${copying}`;
  const pass = progress.pass > 0 ? `Pass ${progress.pass}: ` : '';
  return [
    `${pass}${copying}`,
    `the guest writes ${bytesPerSecond(progress.dirtiedBytesPerSecond)}`,
    `it may stand still for ${duration(progress.allowedDowntimeMillis)}`,
  ].join('; ');
}
