import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import type { Capacity, Overview } from '../src/api/types';
import { CapacityMeters } from '../src/dashboard/CapacityMeters';
import { Attention } from '../src/dashboard/DashboardPage';

const render = (node: React.ReactNode) => renderToStaticMarkup(<MemoryRouter>{node}</MemoryRouter>);

const capacity: Capacity = {
  hosts: 10_001,
  hostsUp: 10_000,
  hostsMeasured: 10_000,
  vms: 200_000,
  cpuThreads: 640_000,
  memoryBytes: 2 ** 52,
  cpuUsage: 0.5,
  memoryUsedBytes: 2 ** 50,
  memoryUsage: 0.25,
};

describe('the capacity of hosts', () => {
  it('is what the engine added up, however many hosts there are', () => {
    const html = render(<CapacityMeters capacity={capacity} />);
    expect(html).toContain('50 % of 640,000 threads');
    expect(html).toContain('1 PiB of 4 PiB');
    expect(html).toContain('aria-valuenow="25"');
    expect(html).not.toContain('have not told');
  });

  it('says that usage is not that of all where some hosts do not tell it', () => {
    expect(render(<CapacityMeters capacity={{ ...capacity, hostsMeasured: 9_990 }} />)).toContain(
      'Usage is that of 9990 of 10,000 hosts',
    );
  });

  it('is a dash where nothing is known', () => {
    const silent = { ...capacity, hostsMeasured: 0, cpuUsage: null, memoryUsedBytes: null, memoryUsage: null };
    expect(render(<CapacityMeters capacity={silent as unknown as Capacity} />)).toContain('– of 640,000 threads');
    expect(render(<CapacityMeters capacity={undefined} />)).toContain('–');
  });
});

describe('what needs attention', () => {
  const complaint = (hostName: string, state: string, words: string) => ({ hostId: hostName, hostName, state, words });
  const overview = (complainedOf: number, ...complaints: object[]) =>
    ({ capacity, complaints, complainedOf }) as unknown as Overview;

  it('is nothing only where the engine said so', () => {
    expect(render(<Attention overview={overview(0)} vms={[]} />)).toContain('Nothing needs you now.');
    expect(render(<Attention overview={undefined} vms={[]} />)).not.toContain('Nothing needs you now.');
  });

  it('names hosts with what is wrong, and counts those that are not named', () => {
    const html = render(
      <Attention
        overview={overview(
          7,
          complaint('h1', 'non_responsive', 'It fell silent.'),
          complaint('h2', 'up', 'Its CPU is 95 % used.'),
          complaint('h2', 'up', 'Its memory is 97 % used.'),
        )}
        vms={[]}
      />,
    );
    expect(html).toContain('It fell silent.');
    expect(html).toContain('Its memory is 97 % used.');
    expect(html).toContain('and 5 hosts more');
  });
});
