import { describe, expect, it } from 'vitest';
import type { Vm } from '../src/api/types';
import { migrationInWords } from '../src/operations/migration';
import { MovingTo } from '../src/vms/MovingTo';
import { render } from './fixtures';

describe('a migration under way', () => {
  const progress = {
    copiedBytes: 4 << 30,
    remainingBytes: 512 << 20,
    bytesPerSecond: 100 << 20,
    dirtiedBytesPerSecond: 80 << 20,
    pass: 3,
    allowedDowntimeMillis: 300,
    postCopy: false,
  };

  it('says what is left, how fast the guest writes, and how long it may stand still', () => {
    expect(migrationInWords(progress)).toBe(
      'Pass 3: 512 MiB left at 100 MiB/s; the guest writes 80 MiB/s; it may stand still for 300 ms',
    );
  });

  it('says that the guest is gone already', () => {
    expect(migrationInWords({ ...progress, postCopy: true })).toBe(
      'It runs at its target already; 512 MiB left at 100 MiB/s',
    );
  });

  it('is silent on passes that nobody counts', () => {
    expect(migrationInWords({ ...progress, pass: 0 })).toMatch(/^512 MiB left/);
  });

  it('leads to the host that it goes to', () => {
    const html = render(<MovingTo vm={{ id: 'v', clusterId: 'c', targetHostId: 'h2' } as Vm} />);
    expect(html).toContain('href="/hosts/h2"');
  });
});
