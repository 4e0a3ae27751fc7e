import { Presets, SingleBar } from 'cli-progress';

/** Shows how far long work is. */
export interface Progress {
  /** `done` of `total`; the total may grow. */
  at(done: number, total: number): void;
  /** Ends it, so that other lines can follow. */
  end(): void;
}

const BAR = '{name} {bar} {percentage}% | {value}/{total} {unit} | {eta_formatted} left';

function bar(name: string, unit: string, stream: NodeJS.WriteStream): Progress {
  const shown = new SingleBar(
    { format: BAR, stream, hideCursor: false, clearOnComplete: true, etaBuffer: 20 },
    Presets.shades_classic,
  );
  let started = false;
  return {
    at(done, total) {
      if (started) shown.setTotal(total);
      else shown.start(total, done, { name, unit });
      started = true;
      shown.update(done);
    },
    end: () => shown.stop(),
  };
}

/** A line each time that another tenth is done. */
export function linesOf(name: string, unit: string, write: (line: string) => void): Progress {
  let told = -1;
  return {
    at(done, total) {
      const tenth = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (tenth <= told) return;
      told = tenth;
      write(`${name}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit}\n`);
    },
    end: () => {},
  };
}

/** A bar on stderr at a terminal, else plain lines; stdout is for results. */
export const progressOf = (
  name: string,
  unit: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress => (stream.isTTY ? bar(name, unit, stream) : linesOf(name, unit, (text) => stream.write(text)));
