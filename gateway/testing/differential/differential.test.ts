import { describe, expect, it } from 'vitest';
import { openDifferential } from './open.ts';

describe.each(['apollo', 'hive'] as const)('generated operations with the planner %s', (planner) => {
  it('are answered as by one merged schema', async () => {
    await using differential = await openDifferential(planner);
    const report = await differential.run({ from: 0, to: 175, faults: 0 });
    expect(report.findings.join('\n\n')).toBe('');
    expect(report.refused).toEqual([]);
    expect(report.operations).toBeGreaterThan(170);
  });

  it('fail as in one merged schema', async () => {
    await using differential = await openDifferential(planner);
    const report = await differential.run({ from: 1_000, to: 1_100, faults: 0.05 });
    expect(report.findings.join('\n\n')).toBe('');
    expect(report.failed).toBeGreaterThan(20);
  });
});
