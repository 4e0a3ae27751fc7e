import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { until } from '../../../cli/services/processes.ts';
import { TOXIPROXY } from '../../../cli/services/toxiproxy.ts';
import { freeServerPort } from '../../harness/ports.ts';

/** A fault in the bytes of one direction, in toxiproxy's terms. */
export interface Toxic {
  readonly type: 'latency' | 'timeout' | 'reset_peer' | 'bandwidth' | 'slicer';
  /** `upstream`: from client to server. `downstream`: the answers. */
  readonly stream: 'upstream' | 'downstream';
  readonly attributes: Readonly<Record<string, number>>;
}

/** A proxied TCP connection between a client and a server. */
export interface Link {
  /** The port of 127.0.0.1 for clients. */
  readonly port: number;
  /** Closes all connections and accepts no more. */
  cut(): Promise<void>;
  poison(toxic: Toxic): Promise<void>;
  /** Removes all faults. */
  heal(): Promise<void>;
}

export interface Toxiproxy {
  link(name: string, upstreamPort: number): Promise<Link>;
  close(): Promise<void>;
}

const START_WITHIN_MS = 10_000;

/** Starts toxiproxy. @throws with the fix when it is not installed */
export async function startToxiproxy(): Promise<Toxiproxy> {
  if (!existsSync(TOXIPROXY)) throw new Error(`There is no ${TOXIPROXY}: npm run services -- up installs it`);
  const port = await freeServerPort();
  const child = spawn(TOXIPROXY, ['-host', '127.0.0.1', '-port', `${port}`], { stdio: 'ignore' });
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const send = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    if (!answer.ok) throw new Error(`toxiproxy refused ${method} ${path}: ${await answer.text()}`);
  };
  const answers = () =>
    send('GET', '/version').then(
      () => true,
      () => false,
    );
  if (!(await until(answers, START_WITHIN_MS))) throw new Error('toxiproxy does not answer');
  return {
    async link(name, upstreamPort) {
      const own = await freeServerPort();
      await send('POST', '/proxies', {
        name,
        listen: `127.0.0.1:${own}`,
        upstream: `127.0.0.1:${upstreamPort}`,
        enabled: true,
      });
      const toxics = new Set<string>();
      const enable = (enabled: boolean) => send('POST', `/proxies/${name}`, { enabled });
      return {
        port: own,
        cut: () => enable(false),
        async poison({ type, stream, attributes }) {
          const toxic = `${type}_${stream}`;
          await send('POST', `/proxies/${name}/toxics`, { name: toxic, type, stream, attributes });
          toxics.add(toxic);
        },
        async heal() {
          for (const toxic of toxics) await send('DELETE', `/proxies/${name}/toxics/${toxic}`);
          toxics.clear();
          await enable(true);
        },
      };
    },
    async close() {
      process.off('exit', atExit);
      child.kill('SIGKILL');
      await gone;
    },
  };
}
