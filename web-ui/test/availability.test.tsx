import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import type { Failover, Host } from '../src/api/types';
import { POLICY_FIELDS, policyBody, policyValues } from '../src/clusters/clusterForm';
import { FailoverReport } from '../src/clusters/FailoverTab';
import { agentForms, powerBody } from '../src/hosts/powerForm';
import { HOST_ACTIONS, forbiddenOnHost } from '../src/hosts/hostActions';
import { availabilityBody, ruleValues } from '../src/vms/vmForm';

const render = (node: React.ReactNode) =>
  renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>{node}</MemoryRouter>
    </QueryClientProvider>,
  );

describe('the policies of a cluster', () => {
  it('are safe where nothing is said', () => {
    expect(policyBody(policyValues(undefined))).toEqual({
      fencing: {
        enabled: true,
        stopWhenSilentPercent: 50,
        skipIfReachableThroughOthers: true,
        startingGraceSeconds: 180,
        switchOnAfterFence: true,
        skipIfRenewingLease: true,
      },
      admission: { mode: 'warn', hostFailures: 1 },
    });
  });

  it('hide what fencing needs while it is off', () => {
    const shown = POLICY_FIELDS.filter(
      (field) => field.shown?.({ fencingEnabled: false, 'admission.mode': 'off' }) ?? true,
    );
    expect(shown.map((field) => field.name)).toEqual(['fencingEnabled', 'admission.mode']);
  });
});

describe('the power agents of a host', () => {
  const host = {
    powerManagement: {
      enabled: true,
      use: 'together',
      agents: [
        { type: 'ipmilan', address: '10.0.0.1', port: 623, username: 'a', passwordSet: true, options: { cipher: '3' } },
        { type: 'redfish', address: '10.0.0.2', port: 443, username: 'b', passwordSet: true, options: {} },
      ],
    },
  } as unknown as Host;

  it('keep their stored passwords unless one is typed', () => {
    const [first, second] = agentForms(host);
    const body = powerBody(true, 'together', [first!, { ...second!, password: 'new' }]);
    expect(body.agents[0]).toEqual({
      type: 'ipmilan',
      address: '10.0.0.1',
      port: 623,
      username: 'a',
      options: { cipher: '3' },
    });
    expect(body.agents[1]).toMatchObject({ type: 'redfish', password: 'new' });
    expect(body.use).toBe('together');
  });
});

describe('what a VM is restarted after', () => {
  it('is picked, and sent with what else its availability says', () => {
    const rules = { ...ruleValues(undefined), enabled: true, priority: 'high', restartAfter: ['1', '2'] };
    expect(availabilityBody({ ...rules, onStorageReturn: 'kill' })).toEqual({
      enabled: true,
      priority: 'high',
      restartAfter: ['1', '2'],
      restartAfterLimitSeconds: 600,
      onStorageReturn: 'kill',
      leaseStorageDomainId: '',
    });
  });
});

describe('the failover of a cluster', () => {
  const failover = { hostFailures: 1, scenarios: 3, complete: true, shortfalls: [] } as unknown as Failover;

  it('says that everything would be restarted', () => {
    expect(render(<FailoverReport failover={failover} />)).toContain('Every highly available VM would be restarted');
  });

  it('names what would not, and why', () => {
    const short = {
      failedHostIds: ['h1'],
      vmId: 'v',
      vmName: 'web',
      explanation: {
        chosenHostId: null,
        summary: 'No host can take it',
        hosts: [
          {
            hostId: 'h2',
            hostName: 'beta',
            verdict: 'refused',
            filter: 'memory',
            reason: 'Lacks 2 GiB',
            scores: [],
            total: null,
          },
        ],
      },
    };
    const html = render(<FailoverReport failover={{ ...failover, shortfalls: [short] } as unknown as Failover} />);
    expect(html).toContain('If h1 failed');
    expect(html).toContain('web');
    expect(html).toContain('Lacks 2 GiB');
  });
});

describe('confirming that a host is down', () => {
  it('asks first, and only for hosts that are silent', () => {
    expect(HOST_ACTIONS['confirm-down'].confirm).toContain('two copies');
    const up = { state: 'up', powerManagement: null } as unknown as Host;
    expect(forbiddenOnHost('confirm-down', up)).toContain('The host is up');
  });
});
