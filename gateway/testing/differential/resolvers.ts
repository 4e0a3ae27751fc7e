import {
  buildSchema,
  type DocumentNode,
  execute,
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  graphql,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  type TypeNode,
  visit,
} from 'graphql';
import type { ExecutionResult } from '../../execution/executor.ts';
import type { SubgraphRequest, Subgraphs } from '../../subgraphs/subgraphs.ts';
import type { FederatedGraph } from './federated-graph.ts';
import { fieldSet } from './sdl.ts';
import {
  createData,
  type Data,
  entitiesOf,
  type Item,
  isGone,
  itemOf,
  select,
  type World,
} from './values.ts';

/** The context of one operation, in which the subgraphs record what they do. */
export interface Trace {
  readonly world: World;
  /** `Type.field` of the fields that they resolve. */
  readonly resolved: Set<string>;
  /** Whether the gateway explains its plan. */
  readonly explain: boolean;
  /** Plans and refusals of the planner. */
  readonly notes: string[];
  /** The planner's refusals, as clients get them. */
  readonly refusals: unknown[];
  readonly asked: { readonly request: SubgraphRequest; readonly answer: string }[];
}

type Resolver = GraphQLFieldResolver<Item, World>;
type SubgraphResolver = GraphQLFieldResolver<Item, Pick<Trace, 'world' | 'resolved'>>;
type Representation = Readonly<Record<string, unknown>>;

class Missing extends Error {}

const fromRepresentation = {
  typename: (value: Representation) => String(value['__typename']),
  field(value: Representation, { name }: FieldNode) {
    if (value[name.value] === undefined) throw new Missing(`The representation has no ${name.value}`);
    return value[name.value];
  },
};

/** The API schema, resolved without subgraphs. */
export function createMerged(apiSchema: string, graph: FederatedGraph) {
  const data = createData(graph);
  const schema = buildSchema(apiSchema, { assumeValid: true });
  const fieldResolver: Resolver = ({ key }, args, world, { parentType, fieldName }) => {
    const facts = graph.facts(parentType.name, fieldName);
    if (graph.isEntity(parentType.name) && isGone(world, key, facts.subgraphs)) return null;
    const required = facts.requires && data.represent(world, key, facts.requires);
    return data.value(world, key, facts, args, required);
  };
  return {
    schema,
    async execute(
      document: DocumentNode,
      variables: Readonly<Record<string, unknown>>,
      world: World,
    ): Promise<ExecutionResult> {
      const { data, errors } = await execute({
        schema,
        document,
        variableValues: variables,
        contextValue: world,
        rootValue: itemOf(rootKey(document)),
        fieldResolver: fieldResolver as GraphQLFieldResolver<unknown, unknown>,
      });
      return {
        data: data ?? null,
        ...(errors && { errors: errors.map((e) => e.toJSON()) }),
      };
    },
  };
}

/** An API schema whose fields may all be null, so that one error hides no other. */
export function everythingNullable(apiSchema: string): string {
  const nullable = visit(parse(apiSchema), {
    FieldDefinition: (field) => ({ ...field, type: withoutNonNull(field.type) }),
  });
  return print(nullable);
}

function withoutNonNull(type: TypeNode): TypeNode {
  if (type.kind === Kind.NON_NULL_TYPE) return withoutNonNull(type.type);
  return type.kind === Kind.LIST_TYPE ? { ...type, type: withoutNonNull(type.type) } : type;
}

function rootKey(document: DocumentNode): string {
  const definition = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const mutation = definition?.kind === Kind.OPERATION_DEFINITION && definition.operation === 'mutation';
  return mutation ? 'Mutation:' : 'Query:';
}

/** The fields below a value that a `@provides` covers. */
function provide(value: unknown, provided: SelectionSetNode | undefined): unknown {
  if (!provided || value === null || typeof value !== 'object' || value instanceof Error) return value;
  if (Array.isArray(value)) return value.map((item) => provide(item, provided));
  return { ...value, provided };
}

function providedBelow({ provided }: Item, fieldName: string): FieldNode | undefined {
  return provided?.selections.find(
    (node): node is FieldNode => node.kind === Kind.FIELD && node.name.value === fieldName,
  );
}

function fieldResolverOf(subgraph: string, graph: FederatedGraph, data: Data): SubgraphResolver {
  return (item, args, { world, resolved }, { parentType, fieldName }) => {
    resolved.add(`${subgraph} ${parentType.name}.${fieldName}`);
    const directive = (name: string) => graph.directive(subgraph, parentType.name, fieldName, name);
    const facts = graph.facts(parentType.name, fieldName);
    const covered = providedBelow(item, fieldName);
    if (directive('external') ? !covered : !facts.subgraphs.includes(subgraph)) {
      throw new Missing(`${subgraph} was asked for ${parentType.name}.${fieldName}, which it does not have`);
    }
    const { requires } = facts;
    const required = requires && select(item.representation ?? {}, requires, fromRepresentation);
    const value = data.value(world, item.key, facts, args, required);
    const provides = directive('provides');
    return provide(value, provides ? fieldSet(provides) : covered?.selectionSet);
  };
}

/** Resolves entities by a subgraph's keys of their type. */
function createReferences(subgraph: string, typeName: string, graph: FederatedGraph, data: Data) {
  const anyWorld: World = { seed: '', faults: 0, journal: [] };
  const indexes = graph.keys(subgraph, typeName).map((set) => {
    const keys = graph.concrete(typeName).flatMap(entitiesOf);
    return { set, keys: new Map(keys.map((key) => [data.represent(anyWorld, key, set), key])) };
  });
  return (representation: Representation, { world }: Pick<Trace, 'world'>): Item | null => {
    for (const { set, keys } of indexes) {
      try {
        const key = keys.get(select(representation, set, fromRepresentation));
        if (key === undefined) break;
        return isGone(world, key, [subgraph]) ? null : { ...itemOf(key), representation };
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
      }
    }
    throw new Missing(`${subgraph} finds no ${typeName} by ${JSON.stringify(representation)}`);
  };
}

function installReferences(subgraph: string, schema: GraphQLSchema, graph: FederatedGraph, data: Data) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (graph.keys(subgraph, type.name).length === 0) continue;
    const resolveReference = createReferences(subgraph, type.name, graph, data);
    type.extensions = { ...type.extensions, apollo: { subgraph: { resolveReference } } };
  }
}

/** The subgraphs, run in this process by graphql-js. The order of their answers depends on the requests' texts. */
export function createSubgraphs(graph: FederatedGraph): Subgraphs<Trace> {
  const data = createData(graph);
  const resolvers = new Map<string, SubgraphResolver>();
  for (const [name, schema] of graph.subgraphs) {
    installReferences(name, schema, graph, data);
    resolvers.set(name, fieldResolverOf(name, graph, data));
  }
  return {
    async ask(request, { world, asked, resolved }) {
      const { query, variables } = JSON.parse(request.body) as { query: string; variables?: object };
      const schema = graph.subgraphs.get(request.subgraph);
      if (!schema) throw new TypeError(`There is no subgraph ${request.subgraph}`);
      for (let ticks = request.body.length % 4; ticks > 0; ticks--) await null;
      const result = await graphql({
        schema,
        source: query,
        variableValues: (variables ?? {}) as Record<string, unknown>,
        contextValue: { world, resolved },
        rootValue: itemOf(request.kind === 'mutation' ? 'Mutation:' : 'Query:'),
        fieldResolver: resolvers.get(request.subgraph) as GraphQLFieldResolver<unknown, unknown>,
      });
      const answer = JSON.stringify(result);
      asked.push({ request, answer });
      return answer;
    },
  };
}
