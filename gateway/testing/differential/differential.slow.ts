import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.ts';
import { resolvablePlaces } from './marks.ts';
import { openDifferential } from './open.ts';

describe.each(['apollo', 'hive'] as const)('thousands of operations with the planner %s', (planner) => {
  it('are answered as by one merged schema, and ask for every field of every subgraph', async () => {
    await using differential = await openDifferential(planner);
    const report = await differential.run({ from: 10_000, to: 14_000, faults: 0 });
    expect(report.findings.join('\n\n')).toBe('');
    const missing = resolvablePlaces(createGraph().subgraphs).filter((place) => !report.resolved.has(place));
    expect(missing).toEqual([]);
  });

  it.each([0.01, 0.05, 0.2])('fail as in one merged schema, where %d of all values fail', async (faults) => {
    await using differential = await openDifferential(planner);
    const from = 20_000 + faults * 100_000;
    const report = await differential.run({ from, to: from + 1_000, faults });
    expect(report.findings.join('\n\n')).toBe('');
  });
});
