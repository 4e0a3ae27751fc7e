/**
 * An iterator over what `start` generates that can be ended while it waits: `return()` and `outer` abort the
 * signal that `start` gets, upon which it has to come to an end.
 */
export function cancellable<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  outer?: AbortSignal,
): AsyncIterableIterator<T, void, undefined> {
  const controller = new AbortController();
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  const source = start(signal);
  return {
    next: () => source.next(),
    async return() {
      controller.abort();
      return source.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
