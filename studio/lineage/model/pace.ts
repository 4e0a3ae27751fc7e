export interface PaceOptions {
  /** Reads. Resolves to false where that failed: it is tried again. Throws nothing. */
  readonly read: () => Promise<boolean>;
  /** So long it waits for more to come. Default: 250 ms. */
  readonly quietMs?: number;
  /** So long it waits at most while more comes. Default: 1,500 ms. */
  readonly latestMs?: number;
  /** So many times as long as the last reading took, it rests. Default: 3. */
  readonly rests?: number;
  /** Until it tries again what failed. Default: 3,000 ms. */
  readonly againMs?: number;
  readonly now?: () => number;
}

export interface Pace {
  /** Something came that a reading would tell more of. */
  touch(): void;
  /** Reads at once. */
  readNow(): void;
  stop(): void;
}

/**
 * Reads once for a burst, never twice at a time, and rests between: however much changes, most of the time goes to
 * other things than reading.
 */
export function createPace(options: PaceOptions): Pace {
  const { read, quietMs = 250, latestMs = 1_500, rests = 3, againMs = 3_000, now = Date.now } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since: number | undefined;
  let notBefore = 0;
  let isReading = false;
  let isStopped = false;

  function plan(): void {
    if (isStopped || isReading || since === undefined) return;
    clearTimeout(timer);
    const due = Math.min(now() + quietMs, since + latestMs);
    timer = setTimeout(() => void run(), Math.max(0, due - now(), notBefore - now()));
  }
  async function run(): Promise<void> {
    const begun = now();
    isReading = true;
    since = undefined;
    const isDone = await read();
    isReading = false;
    notBefore = now() + (isDone ? rests * (now() - begun) : againMs);
    if (!isDone) since ??= now();
    plan();
  }
  return {
    readNow() {
      clearTimeout(timer);
      if (isReading) since ??= now();
      else void run();
    },
    touch() {
      since ??= now();
      plan();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
