import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGuard, NoAnswer } from './guard.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const silence = (again = false) => new NoAnswer(new Error('silence'), { again, counts: true });
const impatience = () => new NoAnswer(new Error('given up'), { again: false, counts: false });
const once = { repeatable: false };

/** Resolves to what the call came to, with every wait skipped. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const settled = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return settled;
}

describe('repeating', () => {
  it('asks three times what may be repeated, and takes the first answer', async () => {
    const work = vi.fn(async () => 'answer').mockRejectedValueOnce(silence(true));
    expect(await outcome(createGuard().run('state', work, { repeatable: true }))).toBe('answer');
    expect(work).toHaveBeenCalledTimes(2);
    const never = vi.fn(() => Promise.reject(silence(true)));
    expect(await outcome(createGuard().run('state', never, { repeatable: true }))).toBeInstanceOf(NoAnswer);
    expect(never).toHaveBeenCalledTimes(3);
  });

  it.each([
    ['what could be done twice', silence(true), false],
    ['what took too long', silence(false), true],
    ['what was answered with a refusal', new Error('no'), true],
  ])('does not ask again: %s', async (_, error, repeatable) => {
    const work = vi.fn(() => Promise.reject(error));
    expect(await outcome(createGuard().run('state', work, { repeatable }))).toBe(error);
    expect(work).toHaveBeenCalledTimes(1);
  });
});

describe('a breaker', () => {
  async function opened() {
    const guard = createGuard();
    const fail = () => guard.run('state', () => Promise.reject(silence()), once).catch(() => undefined);
    for (let call = 0; call < 5; call++) await fail();
    return guard;
  }

  it('opens after five calls in a row without an answer, for that target alone', async () => {
    const guard = await opened();
    expect(guard.states()).toEqual({ state: 'open' });
    const work = vi.fn(async () => 'answer');
    await expect(guard.run('state', work, once)).rejects.toBeInstanceOf(NoAnswer);
    expect(work).not.toHaveBeenCalled();
    expect(await guard.run('schemas', work, once)).toBe('answer');
    expect(guard.states()).toEqual({ state: 'open', schemas: 'closed' });
  });

  it('stays closed where an answer came in between, and where callers gave up', async () => {
    const guard = createGuard();
    for (let call = 0; call < 12; call++) {
      const work = call % 4 === 3 ? async () => 'answer' : () => Promise.reject(silence());
      await guard.run('state', work, once).catch(() => undefined);
      await guard.run('schemas', () => Promise.reject(impatience()), once).catch(() => undefined);
    }
    expect(guard.states()).toEqual({ state: 'closed', schemas: 'closed' });
  });

  it('lets one call try after a second, refuses the others meanwhile, and closes when it is answered', async () => {
    const guard = await opened();
    vi.advanceTimersByTime(1_000);
    expect(guard.states()).toEqual({ state: 'half-open' });
    let answer = (_text: string) => {};
    const trial = guard.run('state', () => new Promise<string>((resolve) => (answer = resolve)), once);
    await expect(guard.run('state', async () => 'other', once)).rejects.toBeInstanceOf(NoAnswer);
    answer('back');
    expect(await trial).toBe('back');
    expect(guard.states()).toEqual({ state: 'closed' });
    expect(await guard.run('state', async () => 'other', once)).toBe('other');
  });

  it('opens again for a second when the trial has no answer', async () => {
    const guard = await opened();
    vi.advanceTimersByTime(1_000);
    await guard.run('state', () => Promise.reject(silence()), once).catch(() => undefined);
    expect(guard.states()).toEqual({ state: 'open' });
    vi.advanceTimersByTime(1_000);
    expect(guard.states()).toEqual({ state: 'half-open' });
  });
});
