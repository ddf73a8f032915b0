import { describe, expect, it } from 'vitest';
import { MIGRATION_FIELDS, migrationBody, migrationValues } from '../src/clusters/migrationForm';
import type { Cluster } from '../src/api/types';
import { shownOf } from '../src/common/fields';

describe('how the VMs of a cluster travel', () => {
  it('goes through its form unchanged', () => {
    const migrationPolicy = {
      policy: 'very_large_vms',
      bandwidthMibPerSecond: 400,
      parallelConnections: 8,
      compressed: false,
      encrypted: false,
    };
    expect(migrationBody(migrationValues({ migrationPolicy } as unknown as Cluster))).toEqual({ migrationPolicy });
  });

  it('asks for no connections with post-copy, and sends none', () => {
    const values = {
      ...migrationValues(undefined),
      'migrationPolicy.policy': 'post_copy',
      'migrationPolicy.parallelConnections': '4',
    };
    expect(shownOf(MIGRATION_FIELDS, values).map(({ name }) => name)).not.toContain(
      'migrationPolicy.parallelConnections',
    );
    expect(migrationBody(values).migrationPolicy.parallelConnections).toBe(0);
  });
});
