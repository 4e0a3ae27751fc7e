import { join } from 'node:path';
import type { GraphClient } from '../harness/client.ts';
import { freeServerPort } from '../harness/ports.ts';
import { type ServiceProcess, startProcess } from '../harness/process.ts';
import { type System, untilReady } from '../harness/system.ts';
import { definition, ID, SCHEMA, sdlWith, TYPE } from './ink.ts';
import type { Options } from './program.ts';

/** A running version of the processor. */
export interface Running {
  readonly version: string;
  readonly url: string;
  readonly sdl: string;
  readonly process: ServiceProcess;
}

export interface Started extends Pick<Options, 'version' | 'fields' | 'fails'> {
  /** The share of new blobs with which it registers itself as a candidate. Default: it is the present version. */
  readonly percent?: number;
}

/** Starts a version as a process of its own. Resolves once it is ready. */
export async function startVersion(system: System, { percent, ...started }: Started): Promise<Running> {
  const port = await freeServerPort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    ...system.environment,
    ...(percent === undefined ? {} : { CANARY_PERCENT: String(percent) }),
  };
  const log = join(system.dataDir, `ink-${started.version}.log`);
  const process = startProcess('e2e/evolve/program.ts', environment, log, [
    JSON.stringify({ ...started, port }),
  ]);
  await untilReady(url, process);
  return { version: started.version, url, sdl: sdlWith(...started.fields), process };
}

interface Fault {
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
}

interface Changed {
  readonly done: {
    readonly supergraph?: { readonly version: number } | null;
    readonly userErrors: readonly Fault[];
  };
}

interface Stored {
  readonly supergraph: {
    readonly current: {
      readonly version: number;
      readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
    };
  };
}

const OF_GRAPH = 'supergraph { version } userErrors { field code message }';

/** An operator's changes, by the graph. Each gives the version that is served then, and why it was refused. */
export function operatorOf(client: GraphClient, { environment }: Pick<System, 'environment'>) {
  // As its processes declare it: a candidate that is of another store is refused.
  const connectionString = environment['POSTGRES_URL'] ?? 'embedded';
  const change = async (text: string, variables: Record<string, unknown>) =>
    (await client.query<Changed>(text, variables)).done;
  return {
    /** The graph that is served now. */
    async current() {
      const query = '{ supergraph { current { version subgraphs { name url } } } }';
      return (await client.query<Stored>(query)).supergraph.current;
    },
    registerSchema: () =>
      change(
        'mutation ($input: RegisterSchemaInput!) { done: registerSchema(input: $input) { userErrors { field code message } } }',
        { input: { id: SCHEMA, version: '1.0.0', definition } },
      ),
    register: ({ version, url, sdl }: Pick<Running, 'version' | 'url' | 'sdl'>, more: object = {}) =>
      change(
        `mutation ($input: RegisterProcessorInput!) { done: registerProcessor(input: $input) { ${OF_GRAPH} } }`,
        {
          input: {
            ...{ id: ID, version, name: 'Ink', storageType: 'POSTGRESQL', connectionString },
            ...{ databaseName: ID, takes: [{ event: 'blob.created', schemaIds: ['text-input-v1'] }] },
            ...{ outputSchemaId: SCHEMA, graphqlType: TYPE, baseUrl: url },
            subgraph: { sdl, url: `${url}/graphql`, ...more },
          },
        },
      ),
    rollBack: (to: number) =>
      change(`mutation ($to: Int!) { done: rollbackSupergraph(to: $to) { ${OF_GRAPH} } }`, { to }),
    promote: (version: string) =>
      change(
        'mutation ($id: ID!, $version: String!) { done: promoteCanary(id: $id, version: $version) { userErrors { field code message } } }',
        { id: ID, version },
      ),
    withdrawCanary: (version: string) =>
      change(
        'mutation ($id: ID!, $version: String!) { done: withdrawCanary(id: $id, version: $version) { userErrors { field code message } } }',
        { id: ID, version },
      ),
    withdrawSubgraph: (allowBreaking: readonly string[] = []) =>
      change(
        `mutation ($id: ID!, $allowBreaking: [String!]!) { done: withdrawSubgraph(processorId: $id, allowBreaking: $allowBreaking) { ${OF_GRAPH} } }`,
        { id: ID, allowBreaking },
      ),
    retire: () =>
      change('mutation ($id: ID!) { done: retireProcessor(id: $id) { userErrors { field code message } } }', {
        id: ID,
      }),
  };
}
