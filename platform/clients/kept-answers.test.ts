import { describe, expect, it, vi } from 'vitest';
import { keepAnswers } from './kept-answers.ts';

/** A service whose answers the test gives, and a clock that it sets. */
function setup(options: { graceMs?: number } = {}) {
  let time = 1_000_000;
  const clock = { now: () => new Date(time), pass: (ms: number) => (time += ms) };
  const load = vi.fn<(key: string) => Promise<string>>();
  const answers = keepAnswers({ load, max: 2, freshMs: 100, retryMs: 50, clock, ...options });
  return { clock, load, answers, kept: { get: () => answers.get('a'), renewed: () => answers.renewed('a') } };
}

describe('kept answers', () => {
  it('asks once while the answer is fresh, and again after that', async () => {
    const { clock, load, kept } = setup();
    load.mockResolvedValueOnce('one').mockResolvedValueOnce('two');
    expect(await kept.get()).toBe('one');
    clock.pass(99);
    expect(await kept.get()).toBe('one');
    clock.pass(1);
    expect(await kept.get()).toBe('two');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('asks once for many that wait', async () => {
    const { load, kept } = setup();
    load.mockResolvedValue('one');
    expect(await Promise.all([kept.get(), kept.get(), kept.get()])).toEqual(['one', 'one', 'one']);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('answers with what it has in the time of grace, and renews behind', async () => {
    const { clock, load, kept } = setup({ graceMs: 100 });
    load.mockResolvedValueOnce('one').mockResolvedValueOnce('two').mockResolvedValueOnce('three');
    await kept.get();
    clock.pass(150);
    expect(await kept.get()).toBe('one');
    await expect.poll(() => kept.get()).toBe('two');
    clock.pass(200);
    expect(await kept.get()).toBe('three');
  });

  it('falls back to what it has when the service fails, and leaves it alone for a while', async () => {
    const { clock, load, kept } = setup();
    load.mockResolvedValueOnce('one').mockRejectedValueOnce(new Error('down')).mockResolvedValueOnce('two');
    await kept.get();
    clock.pass(100);
    expect(await kept.get()).toBe('one');
    clock.pass(49);
    expect(await kept.get()).toBe('one');
    expect(await kept.renewed()).toBe('one');
    expect(load).toHaveBeenCalledTimes(2);
    clock.pass(1);
    expect(await kept.get()).toBe('two');
  });

  it('rejects until it has an answer, and asks each time', async () => {
    const { load, kept } = setup();
    load
      .mockRejectedValueOnce(new Error('down'))
      .mockRejectedValueOnce(new Error('still'))
      .mockResolvedValue('one');
    await expect(kept.get()).rejects.toThrow('down');
    await expect(kept.renewed()).rejects.toThrow('still');
    expect(await kept.get()).toBe('one');
  });

  it('does not take an answer that was asked for earlier as renewed', async () => {
    const { load, kept } = setup();
    let answer: (text: string) => void = () => undefined;
    const early = new Promise<string>((resolve) => {
      answer = resolve;
    });
    load.mockReturnValueOnce(early).mockResolvedValueOnce('late');
    const running = kept.get();
    const renewed = Promise.all([kept.renewed(), kept.renewed()]);
    answer('early');
    expect(await running).toBe('early');
    expect(await renewed).toEqual(['late', 'late']);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('are kept by what was asked, so many of them', async () => {
    const { load, answers } = setup();
    load.mockImplementation(async (key) => key.toUpperCase());
    const ask = (...keys: string[]) => Promise.all(keys.map((key) => answers.get(key)));
    expect(await ask('a', 'b', 'a')).toEqual(['A', 'B', 'A']);
    expect(await ask('a')).toEqual(['A']);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await ask('c')).toEqual(['C']);
    expect(await ask('a', 'c')).toEqual(['A', 'C']);
    expect(load).toHaveBeenCalledTimes(3);
    expect(await ask('b')).toEqual(['B']);
    expect(load).toHaveBeenCalledTimes(4);
  });

  it('reach those who wait for them, though others took their place meanwhile', async () => {
    const { load, answers } = setup();
    load.mockImplementation(async (key) => key);
    const keys = ['a', 'b', 'c', 'd'];
    expect(await Promise.all(keys.map((key) => answers.get(key)))).toEqual(keys);
  });
});
