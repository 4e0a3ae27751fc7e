import { describe, expect, it, vi } from 'vitest';
import { Results, type Told } from './results.ts';

type Step = IteratorResult<Told<object>, void>;

/** Results whose next one comes when the test says so. */
function waiting() {
  let resolve: (step: Step) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Step>((...settle) => {
    [resolve, reject] = settle;
  });
  const session = { end: vi.fn() };
  const cursors = new WeakMap<object, string>();
  const told = { next: () => promise, return: async () => ({ done: true, value: undefined }) as Step };
  return { results: new Results(told, { session, cursors }), session, cursors, resolve, reject };
}

const result = { data: { blobChanged: {} } };

describe('results of a subscription', () => {
  it('note each cursor', async () => {
    const { results, cursors, resolve } = waiting();
    resolve({ value: { result, cursor: 'c1' } });
    expect(await results.next()).toEqual({ value: result });
    expect(cursors.get(result)).toBe('c1');
  });

  it('that were on their way when the client completed it are told no more', async () => {
    const { results, session, resolve } = waiting();
    const next = results.next();
    await results.return();
    resolve({ value: { result, cursor: 'c1' } });
    expect(await next).toEqual({ done: true, value: undefined });
    expect(session.end).not.toHaveBeenCalled();
  });

  it('nor is a failure that was', async () => {
    const { results, session, reject } = waiting();
    const next = results.next();
    await results.return();
    reject(new Error('Too late.'));
    expect(await next).toEqual({ done: true, value: undefined });
    expect(session.end).not.toHaveBeenCalled();
  });

  it('that end by themselves end the session: the service stops', async () => {
    const { results, session, resolve } = waiting();
    resolve({ done: true, value: undefined });
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(session.end).toHaveBeenCalledOnce();
  });
});
