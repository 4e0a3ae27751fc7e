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
import type { Change, ChangeFilter } from '../platform/changes/change.ts';
import type { Viewer } from '../platform/identity/service-tokens.ts';
import type { Answer } from './operations/present.ts';

const FIELD = 'blobChanged';

/** The operation run for each change: the subscription without its choice of changes. */
export interface Hydration {
  readonly query: string;
  readonly operationName: string | undefined;
  /** Those that the selection uses. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A subscription taken apart. */
export interface ChangesWanted {
  readonly filter: ChangeFilter;
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

/** Takes a valid subscription apart: which changes it wants, and what it wants to know of each. */
export function changesWanted({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): ChangesWanted {
  const operation = getOperationAST(document, operationName);
  const name = operation?.name?.value;
  const single = separateOperations(document)[name ?? ''];
  if (!operation || !single) throw new TypeError('The document has no such operation');
  const given = variableValues ?? {};
  let wanted: Pick<ChangesWanted, 'filter' | 'after'> = { filter: {}, after: null };
  const bare = visit(single, {
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
  return { ...wanted, hydration: { query: print(pruned), operationName: name, variables } };
}

/** A change as the events subgraph would tell it, as the value of the subscription's root: of the blob its key alone. */
export const eventOf = ({ occurredAt, ...change }: Change) => ({
  [FIELD]: {
    ...change,
    occurredAt: occurredAt.toISOString(),
    blob: change.kind === 'DELETED' ? null : { id: change.blobId },
  },
});

/** Runs a hydration for a change, as its viewer. */
export type Hydrate = (hydration: Hydration, viewer: Viewer, change: Change) => Promise<Answer>;

/** Subscribers hear of a change within moments of each other; what is kept longer only takes room. */
const SHARED_FOR_MS = 2_000;
const SHARED_AT_ONCE = 500;

/** Runs each hydration once a change and viewer, however many subscribers want it. */
export function shareHydrations(run: Hydrate): Hydrate {
  const shared = new LRUCache<string, Promise<Answer>>({
    max: SHARED_AT_ONCE,
    ttl: SHARED_FOR_MS,
    ttlAutopurge: true,
  });
  return (hydration, viewer, change) => {
    const key = JSON.stringify([change.cursor, viewer.userId, viewer.roles, hydration]);
    const known = shared.get(key);
    if (known) return known;
    const running = run(hydration, viewer, change);
    shared.set(key, running);
    running.catch(() => shared.delete(key));
    return running;
  };
}
