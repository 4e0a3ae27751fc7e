/** Work that is done again and again, never twice at once. */
export interface Repeating {
  /** Does it after every interval. */
  start(): void;
  /** Does it now, unless it is being done. */
  now(): void;
  /** Begins no more of it; resolves once what is being done is done. */
  stop(): Promise<void>;
}

/** `ms`: the interval, in which one turn that takes longer leaves out the next. `work` must not reject. */
export function repeating(ms: number, work: () => Promise<void>): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  const now = () => {
    working ??= work().finally(() => {
      working = undefined;
    });
  };
  return {
    now,
    start() {
      timer = setInterval(now, ms);
    },
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
