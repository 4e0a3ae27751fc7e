import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { parseDocument } from 'yaml';
import { servicePorts } from '../../platform/config.ts';
import type { ChainLink } from '../../subgraphs/processors/chains.ts';
import { blobTypeOf } from '../../subgraphs/schemas/schema.ts';
import { readShippedSchemas } from '../../subgraphs/schemas/shipped.ts';

/** What the project has, as far as a new processor must fit in. */
export interface Project {
  /** Subgraphs, by name. */
  readonly services: readonly string[];
  /** Ports that are taken, the gateway's too. */
  readonly ports: readonly number[];
  /** Every type of the graph. */
  readonly types: ReadonlySet<string>;
  /** The shipped schemas' types of blobs, by schema id. */
  readonly schemas: ReadonlyMap<string, string>;
  readonly processors: readonly ChainLink[];
  /** Whether a path, from the project's root, exists. */
  has(path: string): boolean;
}

const BUILT_IN = ['Boolean', 'Float', 'ID', 'Int', 'Query', 'Mutation', 'String', 'Subscription'];

export const SUPERGRAPH = 'supergraph.yaml';

interface SupergraphFile {
  readonly subgraphs: Readonly<
    Record<string, { readonly routing_url: string; readonly schema: { readonly file: string } }>
  >;
}

const typeNames = (sdl: string): string[] =>
  parse(sdl, { noLocation: true }).definitions.flatMap((definition) =>
    'name' in definition && definition.name && definition.kind !== 'DirectiveDefinition'
      ? [definition.name.value]
      : [],
  );

/** Reads the project under `root`; `processors`: those that it has, by their values. */
export function readProject(root: string, processors: readonly ChainLink[]): Project {
  const text = (file: string) => readFileSync(join(root, file), 'utf8');
  const { subgraphs } = parseDocument(text(SUPERGRAPH)).toJS() as SupergraphFile;
  const entries = Object.values(subgraphs);
  return {
    services: Object.keys(subgraphs),
    ports: [servicePorts.gateway, ...entries.map(({ routing_url }) => Number(new URL(routing_url).port))],
    types: new Set([...BUILT_IN, ...entries.flatMap(({ schema }) => typeNames(text(schema.file)))]),
    schemas: new Map(
      readShippedSchemas(join(root, 'schemas')).map((schema) => [schema.id, blobTypeOf(schema)]),
    ),
    processors,
    has: (path) => existsSync(join(root, path)),
  };
}
