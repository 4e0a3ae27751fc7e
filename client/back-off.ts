/** However long a server asks for, it is asked again by then. */
const MOST_SECONDS = 600;

/**
 * Waits longer from try to try, half a minute at most, and never as long as all the others do.
 * `atLeastSeconds`: what the server asked for. Default: 0. @throws the signal's reason, at once
 */
export function backOff(
  retries: number,
  {
    atLeastSeconds = 0,
    signal,
  }: { atLeastSeconds?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const jittered = Math.min(1_000 * 2 ** retries, 30_000) * (0.5 + Math.random() / 2);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.max(jittered, Math.min(atLeastSeconds, MOST_SECONDS) * 1_000),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}
