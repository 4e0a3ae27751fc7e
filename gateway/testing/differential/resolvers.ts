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
import { type FederatedGraph, fieldSet } from './graph.ts';
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

/** The context of one operation in the subgraphs, and where they note what they do for it. */
export interface Trace {
  readonly world: World;
  /** `Type.field` of what they resolve. */
  readonly resolved: Set<string>;
  /** Whether the gateway is to tell of its plan. */
  readonly explain: boolean;
  /** The planner's questions and complaints. */
  readonly notes: string[];
  /** Why the planner has no plan: what it says to clients. */
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

/** One schema with all that clients see, and no subgraphs. */
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

/** Says which fields below a value a `@provides` covers. */
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

/** Finds entities by the keys that a subgraph has for their type. */
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

/** The subgraphs in this process, by graphql-js. Answers come in an order that the request's text decides. */
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
