import { withoutDeadline } from '../../../../../platform/time/deadline.ts';

interface Turn<T> {
  readonly items: T[];
  readonly done: Promise<void>;
}

/**
 * Collects items for a key while its work is in progress, and then does all of them at once. A caller waits for work that
 * began after its item arrived.
 */
export function coalesce<T>(
  work: (key: string, items: readonly T[]) => Promise<void>,
): (key: string, item: T) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Turn<T>>();

  async function run(key: string, turn: Turn<T>, before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined);
    if (waiting.get(key) === turn) waiting.delete(key);
    await work(key, turn.items);
  }

  return (key, item) => {
    const next = waiting.get(key);
    if (next) {
      next.items.push(item);
      return next.done;
    }
    const items = [item];
    const before = running.get(key);
    const turn: Turn<T> = {
      items,
      // The work is for all callers, so the deadline of the first one does not apply.
      done: withoutDeadline(() => Promise.resolve().then(() => run(key, turn, before))),
    };
    waiting.set(key, turn);
    running.set(key, turn.done);
    const forget = () => {
      if (running.get(key) === turn.done) running.delete(key);
    };
    turn.done.then(forget, forget);
    return turn.done;
  };
}
