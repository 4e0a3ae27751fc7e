/** Run before a process's own code: every clock that it reads is off. */
const code = (milliseconds: number): string => `
  const { now } = Date;
  globalThis.Date = class extends Date {
    constructor(...given) {
      if (given.length === 0) super(Date.now());
      else super(...given);
    }
    static now() {
      return now() + ${milliseconds};
    }
  };
`;

/** Variables that put a process's clock ahead by so many milliseconds, or behind. */
export const skewedClock = (milliseconds: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code(milliseconds))}`,
});
