import { clearLine, cursorTo, moveCursor } from 'node:readline';

/** Output of commands that show progress. */
export interface Display {
  /** Prints a line that stays. */
  say(line: string): void;
  /** Shows the current lines of all items; those that changed are printed again. */
  show(lines: readonly string[]): void;
}

/** Prints a line for each change. */
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

/** Keeps a block of lines in place, and overwrites those that change. */
function terminalDisplay(terminal: NodeJS.WriteStream): Display {
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

/**
 * In place on a terminal with room for all lines, as lines that have scrolled away cannot be overwritten; else line by
 * line.
 */
export const displayOn = (stream: NodeJS.WriteStream, lines: number): Display =>
  stream.isTTY && stream.columns > 0 && stream.rows > lines
    ? terminalDisplay(stream)
    : plainDisplay((text) => stream.write(text));
