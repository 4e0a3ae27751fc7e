import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { exitCodes } from '../terminal/exit-codes.ts';
import { commands } from './commands.ts';
import { main, programFor } from './main.ts';

const documented = readFileSync(projectFile('docs', 'cli.md'), 'utf8');

/** A command and the commands below it. */
const withinOf = (command: Command): Command[] => [command, ...command.commands.flatMap(withinOf)];

async function defined(name: string): Promise<Command> {
  const program = await programFor([name]);
  const command = program.commands.find((each) => each.name() === name);
  if (!command) throw new Error(`There is no command ${name}`);
  return command;
}

/** The lines that parsing a command line prints, and the code that it ends with. */
async function parsed(...args: string[]) {
  const program = await programFor(args);
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = await program.parseAsync(args, { from: 'user' }).then(
    () => 0,
    (error: { exitCode: number }) => error.exitCode,
  );
  const [stdout, stderr] = [out, err].map(({ mock }) => mock.calls.map(([text]) => String(text)).join(''));
  vi.restoreAllMocks();
  return { code, stdout, stderr };
}

describe.each(commands.map(({ name }) => name))('%s', (name) => {
  it('has examples, --json, and descriptions of all that it takes', async () => {
    const command = await defined(name);
    const { stdout } = await parsed(name, '--help');
    expect(stdout).toContain(`Examples:\n  npx blobgraph ${name}`);
    const leaves = withinOf(command).filter((each) => each.commands.length === 0);
    for (const leaf of leaves) {
      expect(leaf.options.map(({ long }) => long)).toContain('--json');
      expect(leaf.description()).not.toBe('');
      for (const { description } of [...leaf.options, ...leaf.registeredArguments])
        expect(description).not.toBe('');
    }
  });

  it('is in docs/cli.md with all its options', async () => {
    const { commands: parts, options } = await defined(name);
    const own = [...options, ...parts.flatMap((part) => part.options)];
    const row = documented.split('\n').find((line) => line.startsWith(`| \`${name}`));
    expect(row).toBeDefined();
    for (const { long } of own) if (long !== '--json') expect(row).toContain(`\`${long}`);
    for (const part of parts) expect(row).toContain(part.name());
  });

  it('names an option that it does not know, and says where help is', async () => {
    const command = await defined(name);
    const { stderr } = await parsed(
      name,
      ...command.commands.slice(0, 1).map((part) => part.name()),
      '--wrong',
    );
    expect(stderr).toMatch(/unknown option '--wrong'|required option '--processor <id>'/);
    expect(stderr).toContain('--help');
  });
});

it.each([
  ['put --json', 'missing required argument'],
  ['put x --wrong --json', "unknown option '--wrong'"],
  ['nothing --json', "unknown command 'nothing'"],
  ['export x --format word --json', 'Allowed choices are markdown, html'],
  ['token  --json', 'name the user'],
  ['dlq --json', 'no command was named|unknown option'],
  ['processors retire text-expansion --json', 'gone for good.*--yes'],
])('tells in a line of JSON what is wrong with `%s`', async (call, message) => {
  const told: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
  onTestFinished(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });
  await main(call.split(' '));
  expect(process.exitCode).toBe(2);
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0] ?? '')).toEqual({
    error: { code: 'CALLED_WRONGLY', field: null, message: expect.stringMatching(message) },
  });
});

it('documents every exit code', () => {
  const rows = [...documented.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
  expect(rows).toEqual(Object.entries(exitCodes).map(([code, text]) => [code, text]));
});

it('lists all commands in its help', async () => {
  const { stdout, code } = await parsed('--help');
  expect(code).toBe(0);
  for (const { name, summary } of commands)
    expect(stdout).toMatch(new RegExp(`${name}.* ${summary.slice(0, 20)}`));
});

it('suggests the command that was meant', async () => {
  const { stderr, code } = await parsed('lineag');
  expect(stderr).toContain('Did you mean lineage?');
  expect(code).toBe(1);
});
