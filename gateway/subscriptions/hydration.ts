import {
  type ExecutionArgs,
  type FieldNode,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  print,
  separateOperations,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Change, ChangeFilter } from '../../platform/changes/change.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { textHash } from '../../platform/serving/graphql/operation.ts';
import type { Answer } from '../operations/present.ts';

const FIELD = 'blobChanged';

/** The operation that is run for each change: the subscription without its filter arguments. */
export interface Hydration {
  /** One operation, with the fragments that it uses. */
  readonly query: string;
  /** Undefined when the client gave the operation no name. */
  readonly operationName: string | undefined;
  /** The variables that the selection uses. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** A hash of the members above. */
  readonly key: string;
}

/** A subscription, split into its filter and the operation to run for each change. */
export interface ChangesWanted {
  /** Without members: all changes. */
  readonly filter: ChangeFilter;
  /** Changes after this cursor come first; null: from now on. */
  readonly after: string | null;
  readonly hydration: Hydration;
}

function argumentsOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  field: FieldNode,
  given: object,
) {
  const definition = schema.getSubscriptionType()?.getFields()[FIELD];
  if (!definition) throw new TypeError(`The supergraph has no subscription ${FIELD}`);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...given });
  const { filter, after } = getArgumentValues(definition, field, coerced);
  return { filter: (filter ?? {}) as ChangeFilter, after: (after ?? null) as string | null };
}

/** Splits a valid subscription into its filter and its hydration. */
export function changesWanted({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): ChangesWanted {
  const operation = getOperationAST(document, operationName);
  const name = operation?.name?.value;
  const own = separateOperations(document)[name ?? ''];
  if (!operation || !own) throw new TypeError('The document has no such operation');
  const given = variableValues ?? {};
  let wanted: Pick<ChangesWanted, 'filter' | 'after'> = { filter: {}, after: null };
  const bare = visit(own, {
    Field(field) {
      if (field.name.value !== FIELD) return undefined;
      wanted = argumentsOf(schema, operation, field, given);
      return { ...field, arguments: [] };
    },
  });
  const used = new Set<string>();
  visit(bare, {
    VariableDefinition: () => false,
    Variable: (variable) => void used.add(variable.name.value),
  });
  const pruned = visit(bare, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
  const variables = Object.fromEntries(Object.entries(given).filter(([variable]) => used.has(variable)));
  const single = { query: print(pruned), operationName: name, variables };
  return { ...wanted, hydration: { ...single, key: textHash(JSON.stringify(single)) } };
}

/** A change as the events subgraph would return it, as the subscription's root value. Its blob is only a key. */
export const eventOf = ({ occurredAt, ...change }: Change) => ({
  [FIELD]: {
    ...change,
    occurredAt: occurredAt.toISOString(),
    blob: change.kind === 'DELETED' ? null : { id: change.blobId },
  },
});

/** Runs a hydration for a change, as its viewer. `measured` is called with the approximate bytes of the answer. */
export type Hydrate = (
  hydration: Hydration,
  viewer: Viewer,
  change: Change,
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
    ttlAutopurge: true,
  });
  return (hydration, viewer, change) => {
    const key = textHash(JSON.stringify([change.cursor, viewer.userId, viewer.roles, hydration.key]));
    const known = shared.get(key);
    if (known) return known.answer;
    let bytes = LEAST_BYTES;
    const answer = run(hydration, viewer, change, (measured) => {
      bytes += measured;
    });
    shared.set(key, { answer, bytes });
    answer.then(
      () => shared.has(key) && shared.set(key, { answer, bytes }),
      () => shared.delete(key),
    );
    return answer;
  };
}
