import type { SchedulingPolicy, SchedulingUnit, SchedulingUnits } from '../api/types';

/** A policy as its form holds it: numbers as typed; a weight without factor does not count. */
export interface PolicyForm {
  name: string;
  description: string;
  filters: string[];
  weights: Record<string, string>;
  parameters: Record<string, string>;
}

type Source = Pick<SchedulingPolicy, 'filters' | 'weights'> &
  Partial<Pick<SchedulingPolicy, 'description' | 'parameters'>>;

const texts = (numbers: Record<string, number> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(numbers ?? {}).map(([name, value]) => [name, String(value)]));

export function policyForm(name: string, source: Source | undefined): PolicyForm {
  return {
    name,
    description: source?.description ?? '',
    filters: source?.filters ?? [],
    weights: texts(source?.weights),
    parameters: texts(source?.parameters),
  };
}

export const optionalFilters = (units: SchedulingUnits): SchedulingUnit[] =>
  units.units.filter((unit) => unit.type === 'filter' && unit.optional);

export const weightsOf = (units: SchedulingUnits): SchedulingUnit[] =>
  units.units.filter((unit) => unit.type === 'weight');

const counts = (form: PolicyForm, unit: SchedulingUnit) =>
  unit.type === 'filter' ? form.filters.includes(unit.name) : (form.weights[unit.name] ?? '').trim() !== '';

/** The parameters of the units that count, each once. */
export function parametersOf(form: PolicyForm, units: SchedulingUnits): SchedulingUnit['parameters'] {
  const found = new Map(
    units.units
      .filter((unit) => counts(form, unit))
      .flatMap((unit) => unit.parameters)
      .map((parameter) => [parameter.name, parameter]),
  );
  return [...found.values()];
}

const LARGEST_FACTOR = 1000;

/** What is wrong with the form, by field, in the words that the engine would use; empty where nothing is. */
export function complaints(form: PolicyForm, units: SchedulingUnits): Record<string, string> {
  const found: Record<string, string> = {};
  const weights = Object.entries(form.weights).filter(([, factor]) => factor.trim() !== '');
  if (weights.length === 0) found.weights = 'A policy needs a weight.';
  for (const [name, factor] of weights) {
    const number = Number(factor);
    if (!(number > 0 && number <= LARGEST_FACTOR)) found[`weights.${name}`] = 'More than 0, up to 1000';
  }
  for (const { name, minimum, maximum } of parametersOf(form, units)) {
    const text = form.parameters[name]?.trim() ?? '';
    const number = Number(text);
    if (text !== '' && !(number >= minimum && number <= maximum)) {
      found[`parameters.${name}`] = `From ${minimum} to ${maximum}`;
    }
  }
  return found;
}

/** The request body. Parameters that are left empty, or that no unit of the policy has, take their default. */
export function policyBody(form: PolicyForm, units: SchedulingUnits) {
  const known = new Set(parametersOf(form, units).map((parameter) => parameter.name));
  const numbers = (all: Record<string, string>, wanted: (name: string) => boolean) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([name, text]) => text.trim() !== '' && wanted(name))
        .map(([name, text]) => [name, Number(text)]),
    );
  return {
    name: form.name.trim(),
    description: form.description,
    filters: form.filters,
    weights: numbers(form.weights, () => true),
    parameters: numbers(form.parameters, (name) => known.has(name)),
  };
}

/** `CPU, spread 2 · Number of VMs 1`: the weights, the heaviest first. */
export function weightsInWords(weights: Record<string, number>, nameOf: (unit: string) => string): string {
  return Object.entries(weights)
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([name, factor]) => `${nameOf(name)} ${factor}`)
    .join(' · ');
}
