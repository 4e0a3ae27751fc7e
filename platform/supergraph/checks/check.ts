import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { type DocumentNode, Kind, parse, print } from 'graphql';
import { serviceNames } from '../../config/config.ts';
import { blobTypes } from '../blob-types.ts';
import { type OutsideSdl, type SubgraphSdl, withOutside } from '../with-outside.ts';
import { firstDifference } from './canonical.ts';
import { type Bystander, changesBetween } from './changes.ts';
import { compositionFaults } from './plain-words.ts';
import { parsedSdl, sdlFaults, subscriptionFields } from './sdl.ts';
import type {
  CheckTask,
  CompareTask,
  ComposeTask,
  Composition,
  ExtractTask,
  Refused,
  SchemaChange,
  Task,
} from './task.ts';

/** Ways through the graph that composition follows before it gives up: ours has some thousand. */
const MAX_PATHS = 100_000;

const documentOf = (subgraph: SubgraphSdl): Bystander => ({
  name: subgraph.name,
  document: parse(subgraph.sdl),
});

function composed(subgraphs: readonly SubgraphSdl[], subject?: string): { sdl: string } | Refused {
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const { errors, supergraphSdl } = composeServices(services, { maxValidationSubgraphPaths: MAX_PATHS });
  if (errors) return { faults: compositionFaults(errors, subject) };
  return { sdl: supergraphSdl };
}

const fault = (message: string): Refused => ({ faults: [{ message, code: null }] });

/** Why what the subgraph answers is not what is to be registered; undefined where it is. */
function servedFault(document: DocumentNode, served: string): Refused | undefined {
  const answered = parsedSdl(served);
  if ('message' in answered)
    return fault(`What the subgraph answers as its SDL (\`_service\`) is none. ${answered.message}`);
  const name = firstDifference(document, answered);
  return name === undefined
    ? undefined
    : fault(
        `The subgraph answers another SDL (\`_service\`): \`${name}\` differs. Deploy what is registered, or register what is deployed.`,
      );
}

/** Checks a processor's SDL by itself, with the others, and with what it serves. */
async function check(task: CheckTask): Promise<Composition | Refused> {
  const { own, outside, subgraph, graphqlType, before, served } = task;
  const document = parsedSdl(subgraph.sdl);
  if ('message' in document) return { faults: [document] };
  const ours = own.find(({ name }) => name === subgraph.name);
  const subscriptions = ours ? subscriptionFields(parse(ours.sdl)) : [];
  const faults = [...sdlFaults(document, graphqlType, subscriptions)];
  if (faults.length > 0) return { faults };
  const others = outside.filter(({ name }) => name !== subgraph.name);
  const result = composed(
    withOutside(own, [...others, { ...subgraph, types: [graphqlType] }]),
    subgraph.name,
  );
  if ('faults' in result) return result;
  const different = served === undefined ? undefined : servedFault(document, served);
  if (different) return different;
  const bystanders = [...own.filter(({ name }) => name !== subgraph.name), ...others].map(documentOf);
  return { ...result, changes: await changesBetween(before, result.sdl, bystanders) };
}

async function compose({ own, outside, before }: ComposeTask): Promise<Composition | Refused> {
  const result = composed(withOutside(own, outside));
  if ('faults' in result) return result;
  return { ...result, changes: before === null ? [] : await changesBetween(before, result.sdl) };
}

const compare = ({ before, after }: CompareTask): Promise<SchemaChange[]> => changesBetween(before, after);

/** A schema definition names a type `Query` also where there is none; what it links to is kept. */
const withoutRootTypes = (document: DocumentNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION
      ? { kind: Kind.SCHEMA_EXTENSION, directives: definition.directives ?? [] }
      : definition,
  ),
});

/** Processors from outside as a composed supergraph has them. */
function extract({ supergraph }: ExtractTask): OutsideSdl[] {
  const services: readonly string[] = serviceNames;
  const subgraphs = Supergraph.build(supergraph, { validateSupergraph: false }).subgraphs();
  return subgraphs.values().flatMap((subgraph) => {
    if (services.includes(subgraph.name)) return [];
    const document = withoutRootTypes(parse(subgraph.toString()));
    return [{ name: subgraph.name, url: subgraph.url, sdl: print(document), types: blobTypes(document) }];
  });
}

/** The result of each kind of task. */
export interface Results {
  readonly check: Awaited<ReturnType<typeof check>>;
  readonly compose: Composition | Refused;
  readonly compare: readonly SchemaChange[];
  readonly extract: readonly OutsideSdl[];
}

/** Does a task: it takes up to seconds, and is for a thread of its own where others wait. */
export async function runTask(task: Task): Promise<Results[Task['kind']]> {
  switch (task.kind) {
    case 'check':
      return check(task);
    case 'compose':
      return compose(task);
    case 'compare':
      return compare(task);
    case 'extract':
      return extract(task);
  }
}
