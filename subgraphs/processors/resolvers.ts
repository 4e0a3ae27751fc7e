import { DateTimeResolver } from 'graphql-scalars';
import { toUserErrors, type UserError } from '../../platform/errors/errors.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import { parsePortion, parseVersion } from './canary/input.ts';
import type {
  HealthStatus,
  MutationResolvers,
  ProcessorCanaryResolvers,
  ProcessorHealthResolvers,
  ProcessorResolvers,
  ProcessorStatus,
  ProcessorTakesInput,
  QueryResolvers,
  RegisterProcessorInput,
  Resolvers,
  RestingReason,
  RestingVersionResolvers,
  StorageType,
} from './graphql.generated.ts';
import { healthOf } from './health/json.ts';
import type { Context } from './models.ts';
import { promote, register, registerCandidate } from './registration.ts';
import { maySeeInside } from './registry/inside.ts';
import { type LifecycleAction, parseReason } from './registry/lifecycle.ts';
import { isRetired, type Processor as Registered } from './registry/processor.ts';
import {
  OperationUse,
  refusedChange,
  SchemaChangeUse,
  Supergraph,
  SupergraphSubgraph,
  SupergraphVersion,
  supergraphMutations,
  supergraphQuery,
} from './supergraph-resolvers.ts';

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const bookPlaceOf = { CHAPTER_EXPANDED: 'chapter.expanded', BOOK_COMPILED: 'book.compiled' } as const;

/** Schema ids by event; lists of the same event are joined. */
function toTakes(entries: readonly ProcessorTakesInput[]): Map<string, string[]> {
  const takes = new Map<string, string[]>();
  for (const { event, schemaIds } of entries) takes.set(event, [...(takes.get(event) ?? []), ...schemaIds]);
  return takes;
}

/** An input's own members under their names in REST. Null members are left out. */
const inSnakeCase = (input: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input).flatMap(([name, value]) => (value === null ? [] : [[toSnakeCase(name), value]])),
  );

/** The input in the form of the REST API. */
function toDeclaration(input: RegisterProcessorInput): Record<string, unknown> {
  return {
    ...inSnakeCase(input),
    ...(input.subgraph ? { subgraph: inSnakeCase(input.subgraph) } : {}),
    storage_type: input.storageType.toLowerCase(),
    ...(input.takes ? { takes: Object.fromEntries(toTakes(input.takes)) } : {}),
    ...(input.takesVersions
      ? {
          takes_versions: Object.fromEntries(
            input.takesVersions.map(({ schemaId, versions }) => [schemaId, versions]),
          ),
        }
      : {}),
    ...(input.shownAs ? { shown_as: bookPlaceOf[input.shownAs] } : {}),
  };
}

const inCamelCase = (error: UserError): UserError => ({
  ...error,
  field: error.field === null ? null : toCamelCase(error.field),
});

const Query: QueryResolvers = {
  processors: (_parent, _args, { registry }) => registry.list(),
  processor: (_parent, { id }, { processors }) => processors.load(id),
  ...supergraphQuery,
};

/** Changes a processor's status; operators only. @throws BlobgraphError UNAUTHENTICATED, FORBIDDEN */
async function change(
  { caller, registry }: Context,
  action: LifecycleAction,
  { id, reason }: { id: string; reason?: string | null },
) {
  requireOperator(caller);
  try {
    return { processor: await registry.change(id, action, parseReason(reason)), userErrors: [] };
  } catch (error) {
    return { processor: null, userErrors: [...toUserErrors(error)] };
  }
}

/** Changes a processor's candidate; operators only. @throws BlobgraphError UNAUTHENTICATED, FORBIDDEN */
async function changeCanary({ caller }: Context, work: () => Promise<Registered>) {
  requireOperator(caller);
  try {
    return { processor: await work(), userErrors: [] };
  } catch (error) {
    return { processor: null, userErrors: toUserErrors(error).map(inCamelCase) };
  }
}

const Mutation: MutationResolvers = {
  registerCandidate: (_parent, { input, ...portion }, context) =>
    changeCanary(context, () => registerCandidate(context, toDeclaration(input), portion, toCamelCase)),
  changeCanary: (_parent, { id, version, ...portion }, context) =>
    changeCanary(context, async () =>
      context.canaries.change(id, parseVersion(version), parsePortion(portion)),
    ),
  promoteCanary: (_parent, { id, version }, context) =>
    changeCanary(context, async () => promote(context, id, parseVersion(version))),
  withdrawCanary: (_parent, { id, version }, context) =>
    changeCanary(context, async () => context.canaries.withdraw(id, parseVersion(version))),
  pauseProcessor: (_parent, args, context) => change(context, 'pause', args),
  resumeProcessor: (_parent, args, context) => change(context, 'resume', args),
  retireProcessor: (_parent, args, context) => change(context, 'retire', args),
  async registerProcessor(_parent, { input }, context) {
    requireOperator(context.caller);
    try {
      const { changes, ...registered } = await register(context, toDeclaration(input), toCamelCase);
      return { ...registered, changes: [...changes], userErrors: [] };
    } catch (error) {
      const refused = refusedChange(error);
      return { ...refused, processor: null, userErrors: refused.userErrors.map(inCamelCase) };
    }
  },
  ...supergraphMutations,
};

const Processor: ProcessorResolvers = {
  __resolveReference: ({ id }, { processors }) => processors.load(id),
  storageType: (processor) => processor.storage_type.toUpperCase() as StorageType,
  databaseName: (processor) => processor.database_name,
  inputSchemaIds: (processor) => processor.input_schema_ids,
  outputSchemaId: (processor) => processor.output_schema_id,
  graphqlType: (processor) => processor.graphql_type,
  eventSubscriptions: (processor) => processor.event_subscriptions,
  takes: ({ takes }) => Object.entries(takes).map(([event, schemaIds]) => ({ event, schemaIds })),
  takesVersions: ({ takes_versions: ranges }) =>
    Object.entries(ranges).map(([schemaId, versions]) => ({ schemaId, versions })),
  optInSchemaIds: (processor) => processor.opt_in_schema_ids,
  shownAs: ({ shown_as: place }) =>
    place && (place === 'chapter.expanded' ? 'CHAPTER_EXPANDED' : 'BOOK_COMPILED'),
  maxConcurrency: (processor) => processor.max_concurrency,
  timeoutSeconds: (processor) => processor.timeout_seconds,
  health: (processor, _args, { health }) => healthOf(health, processor),
  checkedAt: (processor, _args, { health }) => healthOf(health, processor).checkedAt,
  createdAt: (processor) => processor.created_at,
  active: (processor) => processor.active && !isRetired(processor),
  status: (processor) => processor.status.toUpperCase() as ProcessorStatus,
  statusSince: (processor) => processor.status_since,
  statusReason: (processor) => processor.status_reason,
};

const ProcessorCanary: ProcessorCanaryResolvers = {
  version: ({ declaration }) => declaration.version,
  users: ({ user_ids }, _args, { caller }) => (maySeeInside(caller) ? [...user_ids] : null),
  baseUrl: ({ declaration }, _args, { caller }) => (maySeeInside(caller) ? declaration.base_url : null),
  since: ({ since }) => new Date(since),
};

const RestingVersion: RestingVersionResolvers = {
  since: ({ since }) => new Date(since),
  why: ({ why }) => why.toUpperCase() as RestingReason,
};

const ProcessorHealth: ProcessorHealthResolvers = {
  status: ({ status }) => status.toUpperCase() as HealthStatus,
  // It may tell what stands at addresses inside.
  reason: ({ reason }, _args, { caller }) => (maySeeInside(caller) ? reason : null),
};

export const resolvers: Resolvers = {
  DateTime: DateTimeResolver,
  Query,
  Mutation,
  Processor,
  ProcessorCanary,
  RestingVersion,
  ProcessorHealth,
  Supergraph,
  SupergraphVersion,
  SupergraphSubgraph,
  SchemaChangeUse,
  OperationUse,
};
