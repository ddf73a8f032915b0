import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import { fieldErrors, ProblemError, problemOf, readProblem } from '../src/api/problem';
import type { Explanation, Problem } from '../src/api/types';
import { unplaced } from '../src/common/FormDialog';
import { ProblemView } from '../src/common/ProblemAlert';
import { ExplanationView, orderedVerdicts } from '../src/scheduling/ExplanationView';

const render = (node: React.ReactNode) => renderToStaticMarkup(<MemoryRouter>{node}</MemoryRouter>);

const verdict = { filter: null, reason: null, scores: [], total: null };
const explanation = {
  chosenHostId: 'b',
  summary: 'b fits best',
  hosts: [
    {
      ...verdict,
      hostId: 'a',
      hostName: 'alpha',
      verdict: 'refused',
      filter: 'memory',
      reason: 'Lacks 2 GiB of memory',
    },
    { ...verdict, hostId: 'c', hostName: 'gamma', verdict: 'fits', total: 0.3 },
    { ...verdict, hostId: 'd', hostName: 'delta', verdict: 'fits', total: 0.6 },
    {
      ...verdict,
      hostId: 'b',
      hostName: 'beta',
      verdict: 'chosen',
      scores: [{ weight: 'even_distribution', score: 0.75, factor: 2 }],
      total: 1.5,
    },
  ],
} as unknown as Explanation;

describe('an explanation', () => {
  it('puts the chosen host first and the refused last', () => {
    expect(orderedVerdicts(explanation.hosts).map((host) => host.hostName)).toEqual([
      'beta',
      'delta',
      'gamma',
      'alpha',
    ]);
  });

  it('shows scores as bars and refusals with filter and reason', () => {
    const html = render(<ExplanationView explanation={explanation} />);
    expect(html).toContain('width:75%');
    expect(html).toContain('1.50');
    expect(html).toContain('Lacks 2 GiB of memory');
    expect(html).toContain('>memory<');
  });

  it('lets hosts that fit be picked, and refused ones not', () => {
    const html = render(<ExplanationView explanation={explanation} pick={{ value: 'd', onPick: () => undefined }} />);
    expect(html).toContain('id="pick-b"');
    expect(html).not.toContain('id="pick-a"');
  });
});

describe('a problem', () => {
  const problem = {
    title: 'The template is in use',
    status: 409,
    detail: 'Two VMs are linked to it',
    blocker: { kind: 'vm', id: '1', name: 'web-01' },
    errors: [{ field: 'hardware.memoryBytes', message: 'Is too little' }],
  } as unknown as Problem;

  it('is shown in its own words, with a link to what is in the way', () => {
    const html = render(<ProblemView problem={problem} />);
    for (const words of [
      'The template is in use',
      'Two VMs are linked to it',
      'href="/vms/1"',
      'web-01',
      'Is too little',
    ]) {
      expect(html).toContain(words);
    }
  });

  it('finds the complaint for a field by its path and by its last part', () => {
    expect(fieldErrors(problem)).toEqual({ 'hardware.memoryBytes': 'Is too little', memoryBytes: 'Is too little' });
    expect(unplaced(problem, [{ name: 'memoryBytes' }]).errors).toEqual([]);
    expect(unplaced(problem, [{ name: 'name' }]).errors).toHaveLength(1);
  });

  it('is made of any failure', () => {
    expect(problemOf(new ProblemError(problem))).toBe(problem);
    expect(problemOf(new TypeError('fetch failed')).detail).toBe('fetch failed');
  });

  it('is read even from an answer that is none', async () => {
    expect(await readProblem(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }))).toEqual({
      title: 'Bad Gateway',
      status: 502,
    });
    const headers = { 'content-type': 'application/problem+json' };
    expect((await readProblem(new Response(JSON.stringify(problem), { status: 409, headers }))).title).toBe(
      problem.title,
    );
  });
});
