export interface Burst {
  (): void;
  /** Forgets what was not run yet. */
  stop(): void;
}

/**
 * Runs something once for many calls: when none has come for `quietMs`, and after `atMostMs` in any case, so that a
 * long burst does not put it off for ever.
 */
export function oncePerBurst(run: () => void, quietMs = 250, atMostMs = 1_500): Burst {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since = 0;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const fire = () => {
    stop();
    run();
  };
  const call = () => {
    const now = Date.now();
    if (timer === undefined) since = now;
    clearTimeout(timer);
    timer = setTimeout(fire, Math.max(0, Math.min(quietMs, since + atMostMs - now)));
  };
  return Object.assign(call, { stop });
}
