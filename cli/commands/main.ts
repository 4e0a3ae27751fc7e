import { Command, Help, type Option } from 'commander';
import { Interrupted } from '../terminal/interrupt.ts';
import { endWithOutput } from '../terminal/output.ts';
import { commands } from './commands.ts';

const HELP = `
Each command: npx blobgraph COMMAND --help. Exit codes and all options: docs/cli.md.
Settings are the environment's (docs/configuration.md): DATA_DIR and PORT_OFFSET say which system is meant.`;

/** An option that is not given is false: that need not be said. */
const optionDescription = (option: Option): string =>
  new Help().optionDescription(option).replace(' (default: false)', '');

/** The word that names the command, which `help` has after it. */
const namedIn = (args: readonly string[]): string | undefined =>
  args.filter((arg) => !arg.startsWith('-') && arg !== 'help')[0];

/** The program, of which the named command is loaded whole, and of the others a line each. */
export async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('blobgraph')
    .description('Content derived from content, in one graph.')
    .addHelpText('after', HELP)
    .configureHelp({ optionDescription })
    .showHelpAfterError('(add --help for its options and examples)')
    .exitOverride();
  // It is told with the code, as JSON.
  if (args.includes('--json')) program.configureOutput({ writeErr: () => {} });
  const named = namedIn(args);
  for (const { name, summary, load } of commands) {
    const command = program.command(name).description(summary);
    if (name === named) (await load()).define(command);
  }
  return program;
}

async function exitCodeOf(error: unknown, json: boolean): Promise<number> {
  if (error instanceof Interrupted) {
    if (error.message !== '') console.error(error.message);
    return error.exitCode;
  }
  const { tellFailure } = await import('../terminal/failure.ts');
  return tellFailure(error, json);
}

/** Runs the command line. */
export async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  let failed: Promise<number> | undefined;
  // An output that fails fails the command, too: it is told once.
  const fail = (error: unknown) => {
    failed ??= exitCodeOf(error, json);
    return failed;
  };
  endWithOutput([process.stdout, process.stderr], fail);
  try {
    const program = await programFor(args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = await fail(error);
  }
}
