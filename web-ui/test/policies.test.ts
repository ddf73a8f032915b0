import { describe, expect, it } from 'vitest';
import type { SchedulingUnits } from '../src/api/types';
import { complaints, parametersOf, policyBody, policyForm, weightsInWords } from '../src/scheduling/policyForm';

describe('a scheduling policy', () => {
  const ratio = { name: 'Ratio', description: '', minimum: 1, maximum: 64, defaultValue: 8 };
  const units = {
    builtInPolicies: [],
    units: [
      { name: 'HostUp', type: 'filter', description: '', optional: false, parameters: [] },
      { name: 'GuestLimit', type: 'filter', description: '', optional: true, parameters: [{ ...ratio, name: 'Max' }] },
      { name: 'Cpu', type: 'weight', description: '', optional: true, parameters: [ratio] },
      { name: 'Packing', type: 'weight', description: '', optional: true, parameters: [ratio] },
    ],
  } as unknown as SchedulingUnits;
  const form = policyForm('own', { filters: ['GuestLimit'], weights: { Cpu: 2, Packing: 1 }, parameters: { Max: 40 } });

  it('offers each parameter once, of units that count', () => {
    expect(parametersOf(form, units).map((parameter) => parameter.name)).toEqual(['Max', 'Ratio']);
    expect(parametersOf({ ...form, filters: [], weights: {} }, units)).toEqual([]);
  });

  it('is refused before it is sent where a number cannot be', () => {
    expect(complaints(form, units)).toEqual({});
    expect(complaints({ ...form, weights: {} }, units)).toHaveProperty('weights');
    expect(complaints({ ...form, weights: { Cpu: '0' } }, units)).toHaveProperty(['weights.Cpu']);
    expect(complaints({ ...form, weights: { Cpu: '1001' } }, units)).toHaveProperty(['weights.Cpu']);
    expect(complaints({ ...form, parameters: { Ratio: '65' } }, units)).toHaveProperty(['parameters.Ratio']);
  });

  it('is sent without weights that do not count, and without parameters that nobody has', () => {
    const changed = {
      ...form,
      filters: [],
      weights: { Cpu: '2.5', Packing: ' ' },
      parameters: { Max: '40', Ratio: '4' },
    };
    expect(policyBody(changed, units)).toEqual({
      name: 'own',
      description: '',
      filters: [],
      weights: { Cpu: 2.5 },
      parameters: { Ratio: 4 },
    });
  });

  it('reads with the heaviest weight first', () => {
    expect(weightsInWords({ b: 1, a: 1, c: 32 }, (name) => name.toUpperCase())).toBe('C 32 · A 1 · B 1');
  });
});
