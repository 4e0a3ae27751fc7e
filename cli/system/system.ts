import { type Config, configFor } from '../../platform/config/config.ts';
import { developmentToken, LOCAL_USER } from '../../platform/identity/users/development-token.ts';
import { exitWith } from '../../platform/process/exit.ts';
import { openRuntime } from '../../platform/runtime/runtime.ts';
import { type RunningSystem, startServices, stopOnSignals } from '../../platform/serving/run.ts';

/** Starts all configured services in this process. */
export async function startAll(config: Config): Promise<RunningSystem> {
  const runtime = await openRuntime(config);
  runtime.openEmbedded();
  // Services take a second or two to load; meanwhile the embedded database opens in its thread.
  const { loadServices } = await import('./all-services.ts');
  return startServices(await loadServices(config.services), runtime);
}

/** Addresses of the services, in lines, followed by the gateway's endpoints where it is among them. */
export function addressesOf(services: readonly { readonly name: string; readonly url: string }[]): string[] {
  const gateway = services.find(({ name }) => name === 'gateway')?.url;
  const entries = services.map(({ name, url }) => [name, url] as const);
  const line = ([name, url]: readonly [string, string]) => `  ${name.padEnd(15)} ${url}`;
  if (gateway === undefined) return entries.map(line);
  const doors = [
    ['Studio', `${gateway}/studio/`],
    ['GraphQL', `${gateway}/graphql`],
    ['GraphiQL', `${gateway}/graphiql`],
    ['REST API', `${gateway}/api`],
  ] as const;
  return [...entries.map(line), '', ...doors.map(line)];
}

async function report({ runtime, services }: RunningSystem, json: boolean): Promise<void> {
  const { config } = runtime;
  const embedded = runtime.embedded();
  const token = await developmentToken(runtime, LOCAL_USER);
  if (json) {
    const urls = Object.fromEntries(services.map(({ name, url }) => [name, url]));
    return console.log(
      JSON.stringify({ services: urls, embedded, dataDir: config.dataDir, user: LOCAL_USER, token }),
    );
  }
  console.log(`\nBlobgraph is running.\n\n${addressesOf(services).join('\n')}`);
  console.log(
    `  Embedded        ${embedded.length > 0 ? `${embedded.join(', ')} in ${config.dataDir}` : 'nothing'}`,
  );
  if (token) console.log(`\n  Token of user ${LOCAL_USER}:\n  ${token}`);
  console.log('\nStop with Ctrl-C.');
}

/** Starts the system as the environment configures it, prints its addresses (`json`: as a line of it), and stops it on a signal. */
export async function startSystem({ json = false }: { json?: boolean } = {}): Promise<void> {
  try {
    const system = await startAll(configFor('all'));
    stopOnSignals(system);
    await report(system, json);
  } catch (error) {
    exitWith(error);
  }
}
