import { describe, expect, it } from 'vitest';
import { keyPlaces, resolvablePlaces } from './marks.ts';
import { openDifferential } from './open.ts';

/**
 * Refusals allowed per thousand operations: Apollo's planner takes too long for nested interface objects, and Hive's
 * finds no plan for some operations that have one.
 */
const REFUSED = 5;

describe.each(['apollo', 'hive'] as const)('thousands of operations with the planner %s', (planner) => {
  it('are answered as by one merged schema', async () => {
    await using differential = await openDifferential(planner);
    const report = await differential.run({ from: 10_000, to: 14_000, faults: 0 });
    expect(report.findings.join('\n\n')).toBe('');
    expect(report.refused.length).toBeLessThan((report.operations / 1_000) * REFUSED);
    // Hive's graph is smaller, and keys that are not needed are not fetched.
    const keys = keyPlaces(differential.graph.subgraphs);
    const places = planner === 'apollo' ? resolvablePlaces(differential.graph.subgraphs) : [];
    expect(places.filter((place) => !report.resolved.has(place) && !keys.has(place))).toEqual([]);
  });

  it.each([0.01, 0.05, 0.2])('fail as in one merged schema, where %d of all values fail', async (faults) => {
    await using differential = await openDifferential(planner);
    const from = 20_000 + faults * 100_000;
    const report = await differential.run({ from, to: from + 1_000, faults });
    expect(report.findings.join('\n\n')).toBe('');
    expect(report.refused.length).toBeLessThan(REFUSED);
  });
});
