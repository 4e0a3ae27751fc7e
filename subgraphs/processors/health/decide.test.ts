import { describe, expect, it } from 'vitest';
import { type Finding, type Health, healthAfter, UNCHECKED } from './decide.ts';

const UP: Finding = { status: 'up', latencyMs: 5, reason: null };
const DOWN: Finding = { status: 'down', latencyMs: null, reason: 'It is away.' };
const at = (second: number) => new Date(second * 1_000);

/** Health after checks of which one comes each two seconds. */
const checked = (findings: readonly Finding[], before: Health = UNCHECKED, from = 0): Health =>
  findings.reduce(
    (health, finding, place) => healthAfter(health, finding, at(from + 2 * place), 2_000),
    before,
  );

describe('health after a check', () => {
  it('is what the check found, since it first did', () => {
    expect(checked([UP, UP, DOWN, DOWN])).toMatchObject({ ...DOWN, since: at(4), checkedAt: at(6) });
    expect(checked([UP, UP, DOWN, DOWN, UP, UP])).toMatchObject({ ...UP, since: at(8), checkedAt: at(10) });
  });

  it('is degraded while answers are slow', () => {
    const slow = { ...UP, latencyMs: 1_500 };
    expect(checked([UP, slow])).toMatchObject({ status: 'degraded', latencyMs: 1_500, since: at(2) });
    expect(checked([UP, slow]).reason).toContain('1500 ms');
    expect(checked([UP, slow, UP])).toMatchObject({ status: 'up', reason: null });
  });

  it('is up at once after one outage, however long', () => {
    expect(checked([UP, ...Array<Finding>(50).fill(DOWN), UP]).status).toBe('up');
    expect(checked([DOWN, UP]).status).toBe('up');
  });

  it('is degraded between the outages of one that dies again and again, and for some minutes after', () => {
    const flapping = [UP, DOWN, UP, DOWN, UP, DOWN];
    expect(checked(flapping).status).toBe('down');
    const steady = checked([UP], checked(flapping), 100);
    expect(steady).toMatchObject({ status: 'degraded', reason: expect.stringContaining('3 times') });
    expect(checked([UP], steady, 400)).toMatchObject({ status: 'up', since: at(400), wentDownAt: [] });
  });

  it('does not count an outage that the first check found as going down', () => {
    expect(checked([DOWN, UP, DOWN, UP, DOWN, UP]).status).toBe('up');
  });
});
