import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { freeServerPort } from '../../../e2e/harness/ports.ts';
import { UsageError } from '../../../platform/process/exit.ts';
import { until } from '../../harness/benchmark.ts';
import { FORWARDED, type Peer } from './peer.ts';

/** A router binary: Hive Router or Apollo Router, told apart by its file name. */

interface Router {
  readonly settings: object;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Place {
  readonly config: string;
  readonly supergraph: string;
  readonly port: number;
}

const HOST = '127.0.0.1';

/** Request deduplication is left at its default: no requests are equal here. */
const hiveRouter = ({ config, supergraph, port }: Place): Router => ({
  settings: {
    supergraph: { source: 'file', path: supergraph },
    http: { host: HOST, port },
    headers: { all: { request: [{ propagate: { named: FORWARDED } }] } },
    log: { level: 'error' },
  },
  args: [],
  env: { ROUTER_CONFIG_FILE_PATH: config },
});

const apolloRouter = ({ config, supergraph, port }: Place): Router => ({
  settings: {
    supergraph: { listen: `${HOST}:${port}`, path: '/graphql' },
    health_check: { enabled: false },
    headers: { all: { request: FORWARDED.map((named) => ({ propagate: { named } })) } },
  },
  args: ['--config', config, '--supergraph', supergraph, '--log', 'error'],
  env: { APOLLO_TELEMETRY_DISABLED: 'true' },
});

const versionOf = (program: string): string =>
  execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 5_000 }).trim();

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  }).then(
    ({ ok }) => ok,
    () => false,
  );

/** A router as a peer. @throws UsageError when the file does not exist */
export function routerPeer(program: string): Peer {
  if (!existsSync(program)) throw new UsageError(`--router: there is no ${program}`);
  const isHive = basename(program).toLowerCase().includes('hive');
  return {
    id: 'router',
    name: isHive ? 'Hive Router' : 'Apollo Router',
    versions: isHive ? basename(program) : versionOf(program),
    async start({ supergraph, folder }) {
      const port = await freeServerPort();
      const config = join(folder, `${basename(program)}-${port}.json`);
      const router = (isHive ? hiveRouter : apolloRouter)({ config, supergraph, port });
      // YAML is a superset of JSON.
      await writeFile(config, JSON.stringify(router.settings));
      const child = spawn(program, router.args, { env: router.env, stdio: ['ignore', 'ignore', 'inherit'] });
      const gone = once(child, 'exit');
      const endpoint = `http://${HOST}:${port}/graphql`;
      await until(`${program} answers`, () => answers(endpoint), { withinMs: 30_000, everyMs: 50 });
      return {
        endpoint,
        pid: child.pid ?? 0,
        async stop() {
          child.kill('SIGKILL');
          await gone;
        },
      };
    },
  };
}
