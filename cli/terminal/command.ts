import type { Command } from 'commander';

/** Adds a command's arguments, options and action to it. */
export type Define = (command: Command) => void;

/** How a command is called, and what that does. */
export type Example = readonly [call: string, does: string];

/** Adds examples to a command's help. */
export function withExamples(command: Command, examples: readonly Example[]): void {
  const width = Math.max(...examples.map(([call]) => call.length));
  const lines = examples.map(([call, does]) => `  npx blobgraph ${call.padEnd(width)}  ${does}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Adds `--json`, which every command has. */
export const withJson = (command: Command, prints = 'print JSON'): Command =>
  command.option('--json', prints, false);

/** Sets the process's exit code to what `work` gives. */
export const exits =
  <Args extends unknown[]>(work: (...args: Args) => Promise<number>) =>
  async (...args: Args): Promise<void> => {
    process.exitCode = await work(...args);
  };

/** Prints a result: as JSON, or as lines. */
export function print(json: boolean, result: unknown, lines: () => readonly string[]): void {
  if (json) console.log(JSON.stringify(result, null, 2));
  else for (const line of lines()) console.log(line);
}
