import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName, urlVariable } from '../../../platform/config/config.ts';
import { developmentKeys } from '../../../platform/identity/keys/development-keys.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { freeServerPort } from '../../harness/ports.ts';
import type { ServiceProcess } from '../../harness/process.ts';
import { type ServiceProxy, startProxy } from '../../harness/proxy.ts';
import type { SharedSystem } from '../../harness/shared.ts';

/** Another router over the subgraphs of a running system. */
export interface Router {
  readonly url: string;
  /** Its requests to text-expansion go through here. */
  readonly expansion: ServiceProxy;
  /** Headers of what it asked of {@link OUTSIDE}. */
  readonly askedOutside: readonly IncomingHttpHeaders[];
  stop(): Promise<void>;
}

/** The options of a router. */
export interface Place {
  /** The graph as it was composed. */
  readonly supergraph: string;
  /** Addresses of our services by name; none of {@link OUTSIDE}. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly port: number;
}

/** The subgraph that the tests have answer elsewhere, as one that is not of this installation. */
export const OUTSIDE = 'image-processor';

const GRAPH = /(@join__graph\(name: "([^"]+)", url: )"[^"]*"/g;

/** The supergraph with other addresses, by subgraph. */
export const withAddresses = (supergraph: string, addresses: Readonly<Record<string, string>>): string =>
  supergraph.replace(GRAPH, (whole, before: string, name: string) => {
    const url = addresses[name];
    return url === undefined ? whole : `${before}"${url}/graphql"`;
  });

/** A server that answers as a service does to strangers, and remembers what it was asked with. */
async function startStranger() {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"errors":[{"message":"No.","extensions":{"code":"UNAUTHENTICATED"}}]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

const START_WITHIN_MS = 120_000;

/** Waits until it answers a query. @throws with its output when it ends, or does not in time */
async function untilAnswers(url: string, process: ServiceProcess): Promise<void> {
  let isGone = false;
  void process.gone.then(() => {
    isGone = true;
  });
  const body = JSON.stringify({ query: '{ __typename }' });
  const headers = { 'content-type': 'application/json' };
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (isGone || Date.now() > deadline)
      throw new Error(`The router does not answer:\n${process.output().slice(-4_000)}`);
    await pause(100);
  }
}

/** Starts a router over a system, by the composed supergraph and the secret of routers. */
export async function startRouter(
  system: Pick<SharedSystem, 'urls' | 'dataDir'>,
  start: (place: Place) => Promise<ServiceProcess>,
): Promise<Router> {
  const port = await freeServerPort();
  const stranger = await startStranger();
  const expansion = await startProxy(system.urls['text-expansion']);
  const { [OUTSIDE]: _outside, ...urls } = { ...system.urls, 'text-expansion': expansion.url };
  const composed = await readFile(projectFile('gateway', 'supergraph.graphql'), 'utf8');
  const supergraph = join(system.dataDir, `supergraph-${port}.graphql`);
  await writeFile(supergraph, withAddresses(composed, { [OUTSIDE]: stranger.url }));
  const process = await start({
    supergraph,
    addresses: urls,
    secret: await developmentKeys(system.dataDir).routerSecret(),
    port,
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await process.kill();
    await expansion.close();
    stranger.close();
  };
  await untilAnswers(url, process).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, expansion, askedOutside: stranger.asked, stop };
}

/** Addresses as environment variables: `STATE_URL`. */
export const addressVariables = (addresses: Place['addresses']): Record<string, string> =>
  Object.fromEntries(Object.entries(addresses).map(([name, url]) => [urlVariable(name as ServiceName), url]));

/** Starts a program, with only this environment. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): ServiceProcess {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const gone = once(child, 'exit').then(([code]) => code as number | null);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  return {
    pid: child.pid ?? 0,
    output: () => printed,
    signal: (name) => void child.kill(name),
    gone,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
