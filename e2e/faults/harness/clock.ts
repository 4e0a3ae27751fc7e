/** Code that runs before a process's own, and shifts every clock that it reads. */
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

/** Environment variables that shift a process's clock by so many milliseconds; negative values set it back. */
export const skewedClock = (milliseconds: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code(milliseconds))}`,
});
