import { expect, it, vi } from 'vitest';
import { bounded, TookTooLong } from './bounded.ts';

it('settles as the work does, and leaves no timer behind', async () => {
  expect(await bounded('it', 60_000, Promise.resolve('done'))).toBe('done');
  await expect(bounded('it', 60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

it('gives up work that takes longer', async () => {
  await expect(bounded('Closing', 5, new Promise(() => {}))).rejects.toEqual(
    new TookTooLong('Closing took longer than 5 ms'),
  );
  const failing = vi.fn(() => Promise.reject(new Error('much later')));
  let finish: () => void = () => undefined;
  const late = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await expect(bounded('It', 0, late.then(failing))).rejects.toThrow('It took longer');
  finish();
  await expect.poll(() => failing.mock.calls.length).toBe(1);
});
