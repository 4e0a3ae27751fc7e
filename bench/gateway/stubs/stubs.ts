import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtFile } from '../../../platform/process/paths.ts';
import { startForked } from '../../harness/forked.ts';
import { lineageSupergraph } from './lineage.ts';
import type { Asked, StubGraphName, StubsRequest } from './server.ts';
import { composeShop } from './shop-supergraph.ts';

/** The running subgraphs of a graph, in a process of their own. */
export interface Stubs {
  /** Base URLs by subgraph, without `/graphql`. */
  readonly urls: Readonly<Record<string, string>>;
  /** Path of the supergraph SDL with these URLs. */
  readonly supergraph: string;
  /** Requests to each subgraph since the last call. */
  take(): Promise<readonly Asked[]>;
  /** Delays each answer of a subgraph by `ms`; 0 ends that. */
  delay(subgraph: string, ms: number): Promise<void>;
  /** Whether each answer of a subgraph is another text, which says the same. */
  vary(subgraph: string, varied: boolean): Promise<void>;
  stop(): Promise<void>;
}

const GRAPH = /@join__graph\(name: "([^"]+)", url: "[^"]*"\)/g;

/** An address where nothing listens, for subgraphs that no operation needs. */
const NOBODY = 'http://127.0.0.1:9';

const withUrls = (sdl: string, urls: Stubs['urls']): string =>
  sdl.replace(
    GRAPH,
    (_, name: string) => `@join__graph(name: "${name}", url: "${urls[name] ?? NOBODY}/graphql")`,
  );

/** Starts the subgraphs of a graph. `folder`: the supergraph SDL is written there. */
export async function startStubs(graph: StubGraphName, folder: string): Promise<Stubs> {
  const {
    told: urls,
    ask,
    stop,
  } = await startForked<Stubs['urls']>(builtFile('bench/gateway/stubs/server.ts'), [graph]);
  const sdl = graph === 'shop' ? composeShop() : await readFile(lineageSupergraph, 'utf8');
  const supergraph = join(folder, `${graph}.graphql`);
  await writeFile(supergraph, withUrls(sdl, urls));
  const tell = (request: StubsRequest) => ask<readonly Asked[]>(request);
  return {
    urls,
    supergraph,
    take: () => tell({}),
    async delay(subgraph, ms) {
      await tell({ delayMs: { [subgraph]: ms } });
    },
    async vary(subgraph, varied) {
      await tell({ varied: { [subgraph]: varied } });
    },
    stop,
  };
}
