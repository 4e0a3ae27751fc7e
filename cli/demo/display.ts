import { clearLine, cursorTo, moveCursor } from 'node:readline';

/** Where the demo tells what it does. */
export interface Display {
  /** A line that stays. */
  say(line: string): void;
  /** The lines of all chapters as they are now; one that changed is shown anew. */
  show(lines: readonly string[]): void;
}

/** A line for each change. */
export function plainDisplay(write: (text: string) => void): Display {
  let shown: readonly string[] = [];
  return {
    say: (line) => write(`${line}\n`),
    show(lines) {
      for (const [index, line] of lines.entries()) if (line !== shown[index]) write(`${line}\n`);
      shown = [...lines];
    },
  };
}

/** A block of lines that stays in place, each overwritten when it changes. */
export function terminalDisplay(terminal: NodeJS.WriteStream): Display {
  let height = 0;
  const cut = (line: string) => [...line].slice(0, terminal.columns - 1).join('');
  return {
    say(line) {
      terminal.write(`${line}\n`);
      height = 0;
    },
    show(lines) {
      moveCursor(terminal, 0, -height);
      for (const line of lines) {
        cursorTo(terminal, 0);
        clearLine(terminal, 0);
        terminal.write(`${cut(line)}\n`);
      }
      height = lines.length;
    },
  };
}

/** In place on a terminal that has room for all lines: what has scrolled out of sight cannot be overwritten. */
export const displayOn = (stream: NodeJS.WriteStream, lines: number): Display =>
  stream.isTTY && stream.columns > 0 && stream.rows > lines
    ? terminalDisplay(stream)
    : plainDisplay((text) => stream.write(text));
