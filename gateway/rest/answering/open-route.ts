import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  OperationTypeNode,
  typeFromAST,
} from 'graphql';
import { z } from 'zod';
import type { GatewayContext } from '../../admission/context.ts';
import type { CostHints } from '../../limits/cost.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Operations } from '../../operations/operations.ts';
import { graphInputs } from '../mapping/input.ts';
import { restName } from '../mapping/names.ts';
import { type ObjectShape, shapeOf } from '../mapping/rest-shape.ts';
import { completeDocument } from '../mapping/route-document.ts';
import type { Inputs, Route } from '../routes/route.ts';
import { textReader } from './validation.ts';

/** The parts of the graph that routes need. */
export interface RestGraph {
  readonly operations: Operations<GatewayContext>;
  readonly costHints: CostHints;
}

/** A route, prepared for a graph. */
export interface OpenRoute {
  readonly route: Route;
  /** The document, completed. */
  readonly text: string;
  /** That of the document in the graph as it is now. */
  readonly operation: Operation<GatewayContext>;
  readonly isMutation: boolean;
  /** It answers with an event for each result, see `changes/`. */
  readonly isSubscription: boolean;
  /** The shape of the REST answer. */
  readonly root: ObjectShape;
  /** Types of the document's variables, by name. */
  readonly variables: ReadonlyMap<string, GraphQLInputType>;
  /** Parameters of the path. */
  readonly params: z.ZodObject;
  /** Parameters of the query; others are refused. */
  readonly query: z.ZodObject;
  /** Null when the route takes no body. */
  readonly body: z.ZodObject | null;
  /** Whether the header `Idempotency-Key` is used. */
  readonly keyed: boolean;
  /** Parses texts by the types of `query`; names that it lacks stay texts. */
  readonly readQuery: (texts: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  /** The same by `params`. */
  readonly readParams: (texts: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  /** Whether the body may be left out. */
  readonly bodyOptional: boolean;
}

const paramsOf = (path: string): z.ZodObject =>
  z.object(Object.fromEntries([...path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, z.string()])));

function variableTypes(schema: GraphQLSchema, { definition }: Operation<GatewayContext>) {
  const types = new Map<string, GraphQLInputType>();
  for (const { variable, type } of definition.variableDefinitions ?? []) {
    // `typeFromAST` handles all kinds of types, but each overload declares only one.
    const declared = typeFromAST(schema, type as Parameters<typeof typeFromAST>[1]);
    if (isInputType(declared)) types.set(variable.name.value, declared);
  }
  return types;
}

/** Whether an input type has a field of that REST name. */
function hasField(type: GraphQLInputType | undefined, name: string): boolean {
  const named = type && getNamedType(type);
  return isInputObjectType(named) && Object.keys(named.getFields()).some((field) => restName(field) === name);
}

/** The object at a path below the root. @throws TypeError when there is none */
function below(root: ObjectShape, at: readonly string[]): ObjectShape {
  let shape = root;
  for (const key of at) {
    const next = shape.members.get(key)?.shape;
    if (next?.kind !== 'object') throw new TypeError(`There is no object at ${at.join('.')}`);
    shape = next;
  }
  return shape;
}

/** The document of a route, as it is for a graph. @throws GraphQLError when it is not GraphQL */
export const documentOf = (
  {
    operations,
    costHints,
  }: { readonly operations: Pick<RestGraph['operations'], 'schema'> } & Pick<RestGraph, 'costHints'>,
  { document }: Route,
): string => completeDocument(operations.schema, costHints, document).text;

/** A route for the graph that is served when it is asked for: its document has the fields that the graph has. */
export function following(graph: RestGraph, first: OpenRoute): () => OpenRoute {
  let { schema } = graph.operations;
  let open = first;
  return () => {
    if (graph.operations.schema !== schema) open = openRoute(graph, first.route);
    schema = graph.operations.schema;
    return open;
  };
}

/**
 * Prepares a route for the graph as it is.
 * @throws OperationRefused when its document is invalid for the schema; TypeError when the schema lacks an input type
 */
export function openRoute({ operations, costHints }: RestGraph, route: Route): OpenRoute {
  const { schema } = operations;
  const { document, text } = completeDocument(schema, costHints, route.document);
  const operation = operations.find(text);
  const inputs = (given: Inputs | undefined) =>
    typeof given === 'function' ? given(graphInputs(schema)) : given;
  const variables = variableTypes(schema, operation);
  const query = inputs(route.query)?.strict() ?? z.strictObject({});
  const params = inputs(route.params) ?? paramsOf(route.path);
  const body = inputs(route.body)?.strict() ?? null;
  return {
    route,
    text,
    get operation() {
      return operations.find(text);
    },
    isMutation: operation.kind === OperationTypeNode.MUTATION,
    isSubscription: operation.kind === OperationTypeNode.SUBSCRIPTION,
    root: below(shapeOf(schema, document), route.within ?? []),
    variables,
    params,
    query,
    body,
    bodyOptional: body?.safeParse({}).success ?? false,
    keyed: hasField(variables.get('input'), 'idempotency_key'),
    readQuery: textReader(query),
    readParams: textReader(params),
  };
}
