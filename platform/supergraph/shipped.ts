import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectFile } from '../process/paths.ts';
import type { SubgraphSdl } from './with-outside.ts';

const file = z.object({
  subgraphs: z.record(
    z.string(),
    z.object({ routing_url: z.string(), schema: z.object({ file: z.string() }) }),
  ),
});

/** A subgraph as `supergraph.yaml` has it. */
export interface ListedSubgraph {
  readonly name: string;
  /** `routing_url`. */
  readonly url: string;
  /** File of its SDL, from the project's root. */
  readonly sdlFile: string;
}

const read = (path: string): string => readFileSync(projectFile(path), 'utf8');

/** Every subgraph that ships, in the order of `supergraph.yaml`. */
export function listedSubgraphs(): ListedSubgraph[] {
  const { subgraphs } = file.parse(parse(read('supergraph.yaml')));
  return Object.entries(subgraphs).map(([name, { routing_url: url, schema }]) => ({
    name,
    url,
    sdlFile: schema.file,
  }));
}

/** Every subgraph that ships, with its SDL. */
export const shippedSubgraphs = (): SubgraphSdl[] =>
  listedSubgraphs().map(({ name, url, sdlFile }) => ({ name, url, sdl: read(sdlFile) }));

/** The supergraph that they are, as it was composed when they were made: without the comment that its file begins with. */
export const shippedSupergraph = (): string => read('gateway/supergraph.graphql').replace(/^#.*\n\n/, '');
