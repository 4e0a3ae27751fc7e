import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Finding, UNCHECKED } from './decide.ts';
import { createHealthMonitor, type HealthDeps, type HealthMonitor, type Subject } from './health.ts';

const UP: Finding = { status: 'up', latencyMs: 1, reason: null };
const DOWN: Finding = { status: 'down', latencyMs: null, reason: 'It is away.' };

const subject = (id: string) => ({ id, base_url: `http://${id}`, health_endpoint: '/health' });
const clock = { now: () => new Date('2026-01-01T00:00:00Z') };

let monitor: HealthMonitor | undefined;
afterEach(() => monitor?.stop());

function create(deps: Partial<HealthDeps>): HealthMonitor {
  monitor = createHealthMonitor({
    list: async () => [subject('a'), subject('b')],
    probe: async () => UP,
    clock,
    logger: { info: () => undefined, warn: () => undefined },
    random: () => 0,
    intervalMs: 20,
    ...deps,
  });
  return monitor;
}

describe('health monitor', () => {
  it('reports unknown before the first check', () => {
    expect(create({}).of('a')).toEqual(UNCHECKED);
  });

  it('checks each at its own address and keeps the result', async () => {
    const probe = vi.fn(async ({ base_url }: Subject) => (base_url === 'http://a' ? UP : DOWN));
    const health = create({ probe });
    health.start();
    await expect.poll(() => health.of('b')).toMatchObject(DOWN);
    expect(health.of('a')).toEqual({ ...UP, since: clock.now(), checkedAt: clock.now(), wentDownAt: [] });
    expect([...health.all().keys()].sort()).toEqual(['a', 'b']);
  });

  it('notices failing, recovering and new processors', async () => {
    let well = true;
    let ids = ['a'];
    const health = create({ probe: async () => (well ? UP : DOWN), list: async () => ids.map(subject) });
    health.start();
    await expect.poll(() => health.of('a').status).toBe('up');
    well = false;
    await expect.poll(() => health.of('a').status).toBe('down');
    well = true;
    ids = ['a', 'new'];
    await expect.poll(() => health.of('new').status).toBe('up');
    expect(health.of('a').status).toBe('up');
  });

  it('times out, and one that hangs delays none of the others', async () => {
    const asked: string[] = [];
    const probe = ({ id }: Subject, signal: AbortSignal) => {
      asked.push(id);
      return new Promise<Finding>((resolve) => {
        if (id === 'b') resolve(UP);
        signal.addEventListener('abort', () => resolve(DOWN));
      });
    };
    const health = create({ probe, intervalMs: 200 });
    health.start();
    // Again and again, before the first of the other has come to an end.
    await expect.poll(() => health.of('a').status).toBe('down');
    expect(health.of('b').status).toBe('up');
    expect(asked.filter((id) => id === 'b').length).toBeGreaterThanOrEqual(2);
  });

  it('counts no check that this process held up itself, but the next', async () => {
    const late = { elapsed: 0 };
    const now = vi.spyOn(performance, 'now').mockImplementation(() => late.elapsed);
    const probe = async () => {
      late.elapsed += 5_000;
      return DOWN;
    };
    const health = create({ probe });
    await health.check(subject('a'));
    expect(health.of('a').status).toBe('unknown');
    await health.check(subject('a'));
    expect(health.of('a').status).toBe('down');
    now.mockRestore();
  });

  it('lets the newest address count, whichever answers last', async () => {
    const answers = new Map<string, (finding: Finding) => void>();
    const probe = ({ base_url }: Subject) =>
      new Promise<Finding>((resolve) => answers.set(base_url, resolve));
    const health = create({ probe });
    const first = health.check(subject('a'));
    const second = health.check({ ...subject('a'), base_url: 'http://moved' });
    await expect.poll(() => answers.size).toBe(2);
    answers.get('http://moved')?.(UP);
    await second;
    answers.get('http://a')?.(DOWN);
    await first;
    expect(health.of('a').status).toBe('up');
  });

  it('forgets one that is not listed any more, e.g. retired', async () => {
    let ids = ['a', 'b'];
    const health = create({ list: async () => ids.map(subject) });
    health.start();
    await expect.poll(() => health.of('b').status).toBe('up');
    ids = ['a'];
    await expect.poll(() => health.of('b')).toEqual(UNCHECKED);
    expect(health.of('a').status).toBe('up');
  });

  it('continues when the processors cannot be listed', async () => {
    const warn = vi.fn();
    let listable = false;
    const list = vi.fn(async () => {
      if (!listable) throw new Error('no store');
      return [subject('a')];
    });
    const probe = vi.fn(async () => UP);
    const health = create({ list, probe, logger: { info: () => undefined, warn } });
    health.start();
    await expect.poll(() => list.mock.calls.length).toBeGreaterThan(1);
    listable = true;
    await expect.poll(() => health.of('a').status).toBe('up');
    expect(warn).toHaveBeenCalledTimes(1);
    listable = false;
    const before = probe.mock.calls.length;
    // Those of before are checked: what is told of them does not grow old.
    await expect.poll(() => probe.mock.calls.length).toBeGreaterThan(before + 2);
  });

  it('waits between rounds, with jitter', async () => {
    const list = vi.fn(async () => []);
    const health = create({ list, intervalMs: 60_000, random: () => 0.5 });
    health.start();
    await expect.poll(() => list.mock.calls.length).toBe(1);
    await health.stop();
    expect(list).toHaveBeenCalledTimes(1);
  });

  it('checks an unhealthy one again, at most once a second for all callers', async () => {
    let now = 0;
    let well = false;
    const probe = vi.fn(async () => (well ? UP : DOWN));
    const health = create({ probe, clock: { now: () => new Date(now) } });
    expect(await health.isWell(subject('a'))).toBe(true);
    await health.check(subject('a'));
    now = 999;
    expect(await health.isWell(subject('a'))).toBe(false);
    expect(probe).toHaveBeenCalledTimes(1);
    well = true;
    now = 1_000;
    const all = Array.from({ length: 50 }, () => health.isWell(subject('a')));
    expect(new Set(await Promise.all(all))).toEqual(new Set([true]));
    expect(probe).toHaveBeenCalledTimes(2);
  });

  it('stops at once during a check', async () => {
    const probe = vi.fn(
      (_subject: Subject, signal: AbortSignal) =>
        new Promise<Finding>((resolve) => signal.addEventListener('abort', () => resolve(DOWN))),
    );
    const health = create({ probe, intervalMs: 60_000 });
    health.start();
    await expect.poll(() => probe.mock.calls.length).toBe(2);
    await health.stop();
    expect(health.of('a').status).toBe('unknown');
  });
});
