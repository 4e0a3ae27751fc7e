import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { parseDocument } from 'yaml';
import { environmentSchema, serviceNames, servicePorts, urlVariable } from '../../platform/config/config.ts';
import { projectFile } from '../../platform/process/paths.ts';
import type { ChainLink } from '../../subgraphs/processors/registry/chains.ts';
import { blobTypeOf } from '../../subgraphs/schemas/catalog/schema.ts';
import { readShippedSchemas } from '../../subgraphs/schemas/catalog/shipped.ts';

/** A processor that the project has. */
export interface ProjectProcessor extends ChainLink {
  /** Variables that it alone reads. */
  readonly settings?: readonly string[];
}

/** Names and ports of the project that a new processor must not clash with. */
export interface Project {
  /** Subgraphs, by name. */
  readonly services: readonly string[];
  /** Ports in use, the gateway's included. */
  readonly ports: readonly number[];
  /** Every type of the graph. */
  readonly types: ReadonlySet<string>;
  /** Blob types of the shipped schemas, by schema id. */
  readonly schemas: ReadonlyMap<string, string>;
  readonly processors: readonly ProjectProcessor[];
  /** Environment variables in use, except the services' URLs. */
  readonly variables: ReadonlySet<string>;
  /** Containers of the compose files that are not our services. */
  readonly containers: ReadonlySet<string>;
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

/** The URL variable of a removed service stays generated until the next codegen, and is free. */
const isFree = (variable: string): boolean => serviceNames.map<string>(urlVariable).includes(variable);

function variablesOf(processors: readonly ProjectProcessor[]): Set<string> {
  const own = processors.flatMap(({ settings = [] }) => settings);
  return new Set([...Object.keys(environmentSchema.shape).filter((name) => !isFree(name)), ...own]);
}

function containerNames(): Set<string> {
  const files = ['docker-compose.yml', 'docker-compose.cluster.yml'];
  return new Set(
    files.flatMap((file) => {
      const template = readFileSync(projectFile('codegen', 'templates', file), 'utf8');
      return Object.keys((parseDocument(template).toJS() as { services: object }).services);
    }),
  );
}

/** Reads the project under `root`. `processors`: the values of the existing ones. */
export function readProject(root: string, processors: readonly ProjectProcessor[]): Project {
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
    variables: variablesOf(processors),
    containers: containerNames(),
    has: (path) => existsSync(join(root, path)),
  };
}
