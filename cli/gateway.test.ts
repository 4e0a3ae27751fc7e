import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { builtFile, projectFile } from '../platform/process/paths.ts';

/** The command in a process of its own, with this environment alone. */
function run(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [builtFile('cli/gateway.ts'), ...args], { env: environment });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk) => {
      printed[stream] += String(chunk);
    });
  }
  return { child, printed, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function temporaryFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-gateway-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, text);
  return file;
}

const supergraph = projectFile('gateway/supergraph.graphql');

describe('the gateway command', () => {
  it.each<[readonly string[], string]>([
    [[], 'Name the file of a supergraph: --supergraph FILE.'],
    [['--supergraph', '/no/such/file'], '/no/such/file cannot be read: there is no such file.'],
    [['--supergraph', tmpdir()], `${tmpdir()} cannot be read: it is a folder.`],
    [
      ['--supergraph', supergraph, '--port', 'http'],
      '--port takes a whole number from 0 (any free port) to 65535.',
    ],
    [['--supergraph', supergraph, '--planner', 'mine'], '--planner takes apollo or hive.'],
  ])('says in a line what is wrong with %j, and ends with 2', async (args, message) => {
    const { printed, ended } = run(args);
    expect(await ended).toBe(2);
    expect(printed).toEqual({ stdout: '', stderr: `${message}\n` });
  });

  it.each([
    ['no GraphQL', 'hello, world'],
    ['no supergraph', 'type Query { a: Int }'],
    // Its fields are of no subgraph that there is.
    [
      'one that nobody can plan for',
      'schema @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query }',
    ],
  ])('says in a line that a file is %s, and ends with 2', async (_what, text) => {
    const { printed, ended } = run(['--supergraph', await temporaryFile(text)]);
    expect(await ended).toBe(2);
    expect(printed).toEqual({ stdout: '', stderr: expect.stringMatching(/^.*supergraph.*\n$/) });
  });

  it('needs none of what the system needs in production, and stops when it is told to', async () => {
    const args = ['--supergraph', supergraph, '--port', '0'];
    const { child, printed, ended } = run(args, { NODE_ENV: 'production', QUERY_PLANNER: 'hive' });
    // It loads, plans and listens in a process of its own, among all others of a busy machine.
    await expect.poll(() => printed.stdout, { timeout: 60_000 }).toMatch(/\n$/);
    const [, url] =
      /^gateway answers at (http:\/\/127\.0\.0\.1:\d+)\/graphql \(subgraphs: book-compiler, /.exec(
        printed.stdout,
      ) ?? [];
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(printed.stderr).toBe('');
  }, 90_000);
});
