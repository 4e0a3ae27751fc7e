import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtFile } from '../../../platform/paths.ts';
import { startForked } from '../forked.ts';
import { lineageSupergraph } from './lineage.ts';
import type { Asked, StubGraphName, StubsRequest } from './server.ts';
import { composeShop } from './shop-supergraph.ts';

/** The subgraphs of a graph, answering in a process of their own. */
export interface Stubs {
  /** Addresses by subgraph, without `/graphql`. */
  readonly urls: Readonly<Record<string, string>>;
  /** The supergraph with these addresses: a file. */
  readonly supergraph: string;
  /** The questions to each since this was called last. */
  take(): Promise<readonly Asked[]>;
  /** Lets a subgraph wait so long before each answer; 0: no more. */
  delay(subgraph: string, ms: number): Promise<void>;
  stop(): Promise<void>;
}

const GRAPH = /@join__graph\(name: "([^"]+)", url: "[^"]*"\)/g;

/** Nobody listens there: of subgraphs that no operation asks. */
const NOBODY = 'http://127.0.0.1:9';

const withUrls = (sdl: string, urls: Stubs['urls']): string =>
  sdl.replace(
    GRAPH,
    (_, name: string) => `@join__graph(name: "${name}", url: "${urls[name] ?? NOBODY}/graphql")`,
  );

/** Starts the subgraphs of a graph. `folder`: where the supergraph is written. */
export async function startStubs(graph: StubGraphName, folder: string): Promise<Stubs> {
  const {
    told: urls,
    ask,
    stop,
  } = await startForked<Stubs['urls']>(builtFile('bench/gateway/stubs/server.ts'), [graph]);
  const sdl = graph === 'shop' ? composeShop() : await readFile(lineageSupergraph, 'utf8');
  const supergraph = join(folder, `${graph}.graphql`);
  await writeFile(supergraph, withUrls(sdl, urls));
  const tell = (delayMs: StubsRequest['delayMs']) => ask<readonly Asked[]>({ delayMs });
  return {
    urls,
    supergraph,
    take: () => tell({}),
    async delay(subgraph, ms) {
      await tell({ [subgraph]: ms });
    },
    stop,
  };
}
