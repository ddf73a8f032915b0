import { describe, expect, it } from 'vitest';
import { bytes, bytesPerSecond, duration, operationName, percent, relativeTime, words } from '../src/common/format';
import { compare } from '../src/common/DataTable';

describe('formatting', () => {
  it('gives bytes a binary unit and at most one decimal', () => {
    expect([0, 512, 1024, 1536, 10 * 2 ** 30, 1.25 * 2 ** 40].map(bytes)).toEqual([
      '0 B',
      '512 B',
      '1 KiB',
      '1.5 KiB',
      '10 GiB',
      '1.3 TiB',
    ]);
    expect(bytesPerSecond(2048)).toBe('2 KiB/s');
  });

  it('shows a dash for what is not known', () => {
    expect([bytes(null), bytes(undefined), percent(null), duration(null), words(null), relativeTime(null)]).toEqual(
      Array(6).fill('–'),
    );
  });

  it('rounds percentages, but not small ones to nothing', () => {
    expect([0, 0.004, 0.094, 0.5, 1].map(percent)).toEqual(['0 %', '0.4 %', '9.4 %', '50 %', '100 %']);
  });

  it('says durations in the two units that matter', () => {
    expect([850, 4200, 42_000, 200_000, 3_600_000, 187_200_000].map(duration)).toEqual([
      '850 ms',
      '4.2 s',
      '42 s',
      '3 min 20 s',
      '1 h',
      '2 d 4 h',
    ]);
  });

  it('says times relative to now, past and future', () => {
    const now = Date.parse('2026-01-01T12:00:00Z');
    expect(relativeTime('2026-01-01T11:59:58Z', now)).toBe('just now');
    expect(relativeTime('2026-01-01T11:40:00Z', now)).toBe('20 min ago');
    expect(relativeTime('2026-01-03T12:00:00Z', now)).toBe('in 2 d');
  });

  it('reads codes as words', () => {
    expect(words('preparing_for_maintenance')).toBe('Preparing for maintenance');
    expect(operationName('start_vm')).toBe('Start VM');
  });

  it('orders names as people do, unknown values last', () => {
    expect(['vm10', 'vm2', null, 'vm1'].sort(compare)).toEqual(['vm1', 'vm2', 'vm10', null]);
  });
});
