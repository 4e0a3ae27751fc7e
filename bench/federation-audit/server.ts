import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freeServerPort } from '../../e2e/harness/ports.ts';
import { UsageError } from '../../platform/process/exit.ts';

/** A query to the graph of a suite, and its expected result. */
export interface AuditCase {
  readonly query: string;
  /** Without `errors`, any or none are right. */
  readonly expected: { readonly data?: unknown; readonly errors?: boolean };
}

export interface AuditSuite {
  readonly name: string;
  readonly supergraphSdl: string;
  readonly cases: readonly AuditCase[];
}

/** The audit's own server: the subgraphs of every suite, their supergraphs and their cases. */
export interface AuditServer {
  suiteNames(): Promise<readonly string[]>;
  suite(name: string): Promise<AuditSuite>;
  stop(): Promise<void>;
}

const PACKAGE = '@graphql-hive/federation-gateway-audit';
const STARTS_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 100;

/** The audit is written for Node 22; this is all of it that Node 20 lacks. */
const POLYFILL = `Promise.withResolvers ??= function () {
  const all = {};
  all.promise = new this((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}`;

const noClone = (dir: string, why: string): UsageError =>
  new UsageError(`${dir} is not a work tree of graphql-hive/federation-gateway-audit: ${why}.`);

async function assertClone(dir: string): Promise<void> {
  const description = await readFile(resolve(dir, 'package.json'), 'utf8').catch(() => {
    throw noClone(dir, 'it has no package.json');
  });
  if (JSON.parse(description).name !== PACKAGE) throw noClone(dir, 'its package has another name');
  await readFile(resolve(dir, 'node_modules', 'tsx', 'package.json')).catch(() => {
    throw new UsageError(`The dependencies of ${dir} are not installed: run \`npm ci\` there.`);
  });
}

/** Collects a process's output. @returns a function that reads it */
function logOf(child: ChildProcess): () => string {
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  return () => printed;
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) return response;
  throw new Error(`The audit's server answered ${response.status} to ${url}: ${await response.text()}`);
}

const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/ids`).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * Starts the audit's server.
 * @throws UsageError when `dir` is not a clone of the audit with its dependencies; Error when it does not start
 */
export async function startAuditServer(dir: string): Promise<AuditServer> {
  await assertClone(dir);
  const port = await freeServerPort();
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(POLYFILL)}`, '--import', 'tsx'];
  const child = spawn(process.execPath, [...preload, 'src/cli.ts', 'serve', '--port', String(port)], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = logOf(child);
  const gone = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await gone;
  };
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + STARTS_WITHIN_MS;
  while (!(await isUp(url))) {
    if (child.exitCode !== null) throw new Error(`The audit's server did not start:\n${log()}`);
    if (performance.now() > until) {
      await stop();
      throw new Error(`The audit's server does not answer:\n${log()}`);
    }
    await pause(ASK_AGAIN_MS);
  }
  return {
    suiteNames: async () => (await get(`${url}/ids`)).json() as Promise<string[]>,
    async suite(name) {
      const [supergraph, cases] = await Promise.all([
        get(`${url}/${name}/supergraph`),
        get(`${url}/${name}/tests`),
      ]);
      return {
        name,
        supergraphSdl: await supergraph.text(),
        cases: (await cases.json()) as AuditCase[],
      };
    },
    stop,
  };
}
