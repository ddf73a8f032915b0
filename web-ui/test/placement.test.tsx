import { describe, expect, it } from 'vitest';
import { apiUrl } from '../src/api/client';
import type { Explanation, Host } from '../src/api/types';
import { hostState } from '../src/hosts/hostState';
import { ExplanationView } from '../src/scheduling/ExplanationView';
import { EMPTY_VM, placementQuery } from '../src/vms/newVm';
import { whyHere } from '../src/vms/whyHere';
import { render } from './fixtures';

describe('an explanation', () => {
  const verdict = (hostName: string, more: object) => ({
    hostId: hostName,
    hostName,
    filter: null,
    reason: null,
    scores: [],
    total: null,
    further: [],
    ...more,
  });
  const explanation = (chosenHostId: string | null, ...hosts: object[]) =>
    ({ chosenHostId, summary: '', hosts }) as unknown as Explanation;
  const vm = { name: 'web', hostId: 'a' };

  it('says why a VM is where it is, or where it should be', () => {
    const b = verdict('b', { verdict: 'chosen', total: 5 });
    expect(whyHere(vm, explanation('a', verdict('a', { verdict: 'chosen', total: 1 })))).toContain('chosen again');
    expect(whyHere(vm, explanation('b', verdict('a', { verdict: 'fits', total: 4.2 }), b))).toContain('better by 0.80');
    expect(whyHere(vm, explanation('b', verdict('a', { verdict: 'fits', total: 5 }), b))).toContain('as good as b');
    expect(
      whyHere(vm, explanation('b', verdict('a', { verdict: 'refused', reason: 'It lacks memory.' }), b)),
    ).toContain('would not be chosen again: It lacks memory.');
    expect(whyHere(vm, explanation('b', b))).toContain('not among those of its cluster');
  });

  it('lists all that stands against a host, the least refused first', () => {
    const html = render(
      <ExplanationView
        explanation={explanation(
          null,
          verdict('a', {
            verdict: 'refused',
            filter: 'CPU',
            reason: 'Few CPUs.',
            further: [{ filter: 'Memory', reason: 'Little memory.' }],
          }),
          verdict('b', { verdict: 'refused', filter: 'CPU', reason: 'Few CPUs.' }),
        )}
        currentHostId="a"
      />,
    );
    expect(html.indexOf('>b<')).toBeLessThan(html.indexOf('>a<'));
    expect(html).toContain('Little memory.');
    expect(html).toContain('runs here');
  });

  it('does not draw thousands of hosts at once, but the one where the VM runs', () => {
    const hosts = Array.from({ length: 3000 }, (_, index) =>
      verdict(`h${String(index).padStart(4, '0')}`, { verdict: 'fits', total: 1 }),
    );
    const html = render(<ExplanationView explanation={explanation(null, ...hosts)} currentHostId="h2999" />);
    expect(html.match(/kv-verdict-name/g)).toHaveLength(26);
    expect(html).toContain('h2999');
    expect(html).toContain('Show the other 2974 hosts');
  });
});

describe('the question where a new VM would go', () => {
  it('names each network and host of the form', () => {
    const query = placementQuery({ ...EMPTY_VM, templateId: 't', cpus: '2', memoryMiB: '512', networkIds: ['n', 'm'] });
    expect(apiUrl('/clusters/c/placement', query)).toBe(
      '/api/v1/clusters/c/placement?templateId=t&cpus=2&memoryBytes=536870912&networkId=n&networkId=m' +
        '&highlyAvailable=false&numaNodes=0&dedicatedCpus=false&hugepageBytes=0',
    );
  });
});

describe('a host that power saving switched off', () => {
  it('sleeps, and is not shown as a fault', () => {
    expect(hostState({ state: 'down', sleep: null } as unknown as Host)).toBe('down');
    expect(hostState({ state: 'down', sleep: { since: 'x' } } as unknown as Host)).toBe('asleep');
    expect(hostState({ state: 'down', sleep: { since: 'x', wakingSince: 'y' } } as unknown as Host)).toBe('waking');
  });
});
