import { isDeepStrictEqual } from 'node:util';
import {
  type ArgumentNode,
  astFromValue,
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type GraphQLField,
  GraphQLFloat,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isInputObjectType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  type OperationDefinitionNode,
  print,
  separateOperations,
  stripIgnoredCharacters,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { cursorOf, type Occurrence } from '../../platform/changes/change.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { textHash } from '../../platform/serving/graphql/operation.ts';
import type { DeclaredSubscription } from '../../platform/subscriptions/declared.ts';
import type { Declarations } from '../graph/graph.ts';
import type { Answer } from '../operations/present.ts';

/** The operation that is run for each change: the subscription without the arguments of its field. */
export interface Hydration {
  /** One operation, with the fragments that it uses, without what no parser looks at. */
  readonly query: string;
  /** Undefined when the client gave the operation no name. */
  readonly operationName: string | undefined;
  /** The variables that the selection uses. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** A hash of the members above. */
  readonly key: string;
}

/** A subscription, split into the changes it wants and the operation to run for each. */
export interface Subscribed {
  readonly field: string;
  readonly declared: DeclaredSubscription;
  readonly args: Readonly<Record<string, unknown>>;
  readonly hydration: Hydration;
}

const undeclared = (field: string) =>
  new BlobgraphError(
    'BAD_REQUEST',
    `\`${field}\` is not declared by \`@events\`, so that the gateway does not know what it tells of. Subscribe at its subgraph.`,
  );

/** The operation's one root field. */
interface Root {
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
}

/** Any value of an argument's type: declarations take no other types. */
function anyOf(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type);
  if (isInputObjectType(nullable))
    return Object.fromEntries(
      Object.values(nullable.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, anyOf(field.type)]),
    );
  return nullable === GraphQLInt || nullable === GraphQLFloat ? 0 : '';
}

/** The arguments that a field must have, with values that are the same for all subscribers: no subgraph is sent them. */
const standIns = ({ args }: GraphQLField<unknown, unknown>): ArgumentNode[] =>
  args.filter(isRequiredArgument).flatMap(({ name, type }) => {
    const value = astFromValue(anyOf(type), type);
    return value ? [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value }] : [];
  });

/** The operation without its root field's own arguments, and that field. */
function withoutArguments(schema: GraphQLSchema, document: DocumentNode) {
  const types = new TypeInfo(schema);
  let root: Root | undefined;
  const bare = visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const definition = types.getFieldDef();
        if (!definition || types.getParentType() !== schema.getSubscriptionType()) return undefined;
        root = { node, definition };
        return { ...node, arguments: standIns(definition) };
      },
    }),
  );
  return { bare, root };
}

/** The document without variables that nothing in it uses, and the names of the others. */
function withUsedVariables(document: DocumentNode) {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: (variable) => void used.add(variable.name.value),
  });
  const pruned = visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
  return { pruned, used };
}

/** The part of a document that all of its subscribers share. */
interface Split {
  readonly operation: OperationDefinitionNode;
  readonly root: Root;
  readonly field: string;
  readonly query: string;
  /** Variables that the selection uses. */
  readonly used: ReadonlySet<string>;
  /** The hydration where the selection uses none. */
  readonly alike: Hydration;
  /** The newest: most subscribers send the same variables, and are many. */
  last?: { readonly given: Readonly<Record<string, unknown>>; readonly subscribed: Subscribed };
}

const hydrationOf = (
  query: string,
  operationName: string | undefined,
  variables: Readonly<Record<string, unknown>>,
): Hydration => {
  const single = { query, operationName, variables };
  return { ...single, key: textHash(JSON.stringify(single)) };
};

function split({ schema, document, operationName }: ExecutionArgs): Split {
  const operation = getOperationAST(document, operationName);
  const name = operation?.name?.value;
  const own = separateOperations(document)[name ?? ''];
  if (!operation || !own) throw new TypeError('The document has no such operation');
  const { bare, root } = withoutArguments(schema, own);
  if (!root) throw undeclared('__typename');
  const { pruned, used } = withUsedVariables(bare);
  const query = stripIgnoredCharacters(print(pruned));
  return { operation, root, field: root.definition.name, query, used, alike: hydrationOf(query, name, {}) };
}

/** By documents of one operation, which their subscribers share. */
const known = new WeakMap<DocumentNode, Split>();

function knownSplit(args: ExecutionArgs): Split {
  const before = known.get(args.document);
  if (before) return before;
  const made = split(args);
  known.set(args.document, made);
  return made;
}

/**
 * Splits a valid subscription, a document of one operation, into what it wants and its hydration.
 * @throws BlobgraphError BAD_REQUEST when its field is not declared
 */
export function subscribedTo(args: ExecutionArgs, declarations: Declarations): Subscribed {
  const known = knownSplit(args);
  const { operation, root, field, query, used, alike, last } = known;
  const declared = declarations.get(field);
  if (!declared) throw undeclared(field);
  const given = args.variableValues ?? {};
  if (last?.subscribed.declared === declared && isDeepStrictEqual(last.given, given)) return last.subscribed;
  const { coerced } = getVariableValues(args.schema, operation.variableDefinitions ?? [], { ...given });
  const variables = Object.fromEntries(Object.entries(given).filter(([variable]) => used.has(variable)));
  const hydration = used.size === 0 ? alike : hydrationOf(query, alike.operationName, variables);
  const values = getArgumentValues(root.definition, root.node, coerced);
  const subscribed = { field, declared, args: values, hydration };
  known.last = { given, subscribed };
  return subscribed;
}

/** Runs a hydration for a change, as its viewer. `measured` is called with the approximate bytes of the answer. */
export type Hydrate = (
  subscribed: Pick<Subscribed, 'field' | 'declared' | 'hydration'>,
  viewer: Viewer,
  told: Occurrence,
  measured?: (bytes: number) => void,
) => Promise<Answer>;

/** Subscribers receive a change within moments of each other. */
const SHARED_FOR_MS = 2_000;
const SHARED_BYTES = 64 * 1024 * 1024;
/** Assumed for an answer that is still pending, or an error. */
const LEAST_BYTES = 2_000;

interface Shared {
  readonly answer: Promise<Answer>;
  readonly bytes: number;
}

/**
 * Runs each hydration once per change and viewer, however many subscriptions want it. Default of `sharedBytes`: 64 MiB.
 */
export function shareHydrations(run: Hydrate, sharedBytes = SHARED_BYTES): Hydrate {
  const shared = new LRUCache<string, Shared>({
    maxSize: sharedBytes,
    sizeCalculation: ({ bytes }) => bytes,
    ttl: SHARED_FOR_MS,
    noUpdateTTL: true,
  });
  let purging: NodeJS.Timeout | undefined;
  /** With one timer for all: the cache's own would be one for each. */
  function purge(): void {
    shared.purgeStale();
    if (shared.size > 0) return;
    clearInterval(purging);
    purging = undefined;
  }
  return (subscribed, viewer, told) => {
    const { key: selected } = subscribed.hydration;
    const which = cursorOf(told) ?? told.members;
    const key = JSON.stringify([which, viewer.userId, viewer.roles, selected]);
    const known = shared.get(key);
    if (known) return known.answer;
    let bytes = LEAST_BYTES;
    const answer = run(subscribed, viewer, told, (measured) => {
      bytes += measured;
    });
    shared.set(key, { answer, bytes });
    purging ??= setInterval(purge, SHARED_FOR_MS).unref();
    answer.then(
      () => shared.has(key) && shared.set(key, { answer, bytes }),
      () => shared.delete(key),
    );
    return answer;
  };
}
