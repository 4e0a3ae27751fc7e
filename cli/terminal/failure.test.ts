import { CommanderError } from 'commander';
import { expect, it, vi } from 'vitest';
import { ConfigError } from '../../platform/config/error.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { DemoError } from '../demo/error.ts';
import { GraphFault, GraphOutOfReach } from '../demo/graph.ts';
import { CommandFailed, failureOf, tellFailure } from './failure.ts';
import { linesOf } from './progress.ts';

/** An error of the system, as Node gives it. */
const errno = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: no`), { code, ...(path === undefined ? {} : { path }) });

it.each<[string, Error, number, string, string]>([
  ['a refusal', new CommandFailed('No.', { code: 'NOT_FOUND', field: 'id' }), 1, 'NOT_FOUND', 'No.'],
  ['a wrong setting', new ConfigError('PORT_OFFSET must be a number.'), 2, 'CALLED_WRONGLY', 'PORT_OFFSET'],
  ['wrong use', new UsageError('Give --all.'), 2, 'CALLED_WRONGLY', 'Give --all.'],
  [
    'an option unknown',
    new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"),
    2,
    'CALLED_WRONGLY',
    "unknown option '--x' (add --help",
  ],
  ['help', new CommanderError(0, 'commander.helpDisplayed', 'x'), 0, 'CALLED_WRONGLY', ''],
  ['no answer', new GraphOutOfReach('Nothing answers.'), 3, 'OUT_OF_REACH', 'npx blobgraph start'],
  [
    'a part that is away',
    new GraphFault({ message: 'It is away.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }),
    3,
    'SUBGRAPH_UNAVAILABLE',
    'It is away.',
  ],
  [
    'a stranger’s token',
    new GraphFault({ message: 'Who?', extensions: { code: 'UNAUTHENTICATED' } }),
    1,
    'UNAUTHENTICATED',
    'DATA_DIR',
  ],
  ['a faulty file', new DemoError('It is empty.'), 1, 'FAILED', 'It is empty.'],
  ...Object.entries({
    ENOENT: '/x/a.zip: there is no such file',
    ENOTDIR: '/x/a.zip: a folder on the way is a file',
    EISDIR: '/x/a.zip: it is a folder',
    EACCES: '/x/a.zip: it is not allowed to you',
    EPERM: '/x/a.zip: it is not allowed to you',
    EROFS: '/x/a.zip: it is on a disk that can only be read',
    ENOSPC: '/x/a.zip: the disk is full',
  }).map(
    ([code, message]) =>
      [code, errno(code, '/x/a.zip.00c0ffee.part'), 1, 'FAILED', message] as [
        string,
        Error,
        number,
        string,
        string,
      ],
  ),
  ['a full output', errno('ENOSPC'), 1, 'FAILED', 'the output: the disk is full'],
])('%s has its exit code and its message', (_name, error, exitCode, code, message) => {
  expect(failureOf(error)).toMatchObject({ exitCode, code, message: expect.stringContaining(message) });
  expect(failureOf(error).message).not.toContain('    at ');
});

it('is told in one line of JSON for programs', () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  expect(tellFailure(new CommandFailed('No.', { code: 'NOT_FOUND', field: 'id' }), true)).toBe(1);
  expect(JSON.parse(String(said.mock.calls[0]?.[0]))).toEqual({
    error: { code: 'NOT_FOUND', field: 'id', message: 'No.' },
  });
  said.mockRestore();
});

it('progress without a terminal is a line for each tenth', () => {
  const lines: string[] = [];
  const progress = linesOf('storing', 'files', (line) => lines.push(line));
  for (let done = 0; done <= 1_000; done += 1) progress.at(done, 1_000);
  progress.end();
  expect(lines).toHaveLength(11);
  expect(lines[1]).toBe('storing: 100 of 1,000 files\n');
  expect(lines.at(-1)).toBe('storing: 1,000 of 1,000 files\n');
});
