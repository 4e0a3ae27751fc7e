import { DateTimeResolver } from 'graphql-scalars';
import { toUserErrors, type UserError } from '../../platform/errors/errors.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import type {
  HealthStatus,
  MutationResolvers,
  ProcessorHealthResolvers,
  ProcessorResolvers,
  ProcessorStatus,
  ProcessorTakesInput,
  QueryResolvers,
  RegisterProcessorInput,
  Resolvers,
  StorageType,
} from './graphql.generated.ts';
import { healthOf } from './health/json.ts';
import type { Context } from './models.ts';
import { parseDeclaration } from './registry/declaration.ts';
import { maySeeInside } from './registry/inside.ts';
import { type LifecycleAction, parseReason } from './registry/lifecycle.ts';
import { isRetired } from './registry/processor.ts';

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

/** The input in the form of the REST API. Null members are left out. */
function toDeclaration(input: RegisterProcessorInput): Record<string, unknown> {
  const given = Object.entries(input).filter(([, value]) => value !== null);
  const members = given.map(([name, value]) => [toSnakeCase(name), value]);
  return {
    ...Object.fromEntries(members),
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

const Mutation: MutationResolvers = {
  pauseProcessor: (_parent, args, context) => change(context, 'pause', args),
  resumeProcessor: (_parent, args, context) => change(context, 'resume', args),
  retireProcessor: (_parent, args, context) => change(context, 'retire', args),
  async registerProcessor(_parent, { input }, { caller, registry, health, egress }) {
    requireOperator(caller);
    try {
      const processor = await registry.register(
        parseDeclaration(toDeclaration(input), egress, toCamelCase),
        caller,
      );
      void health.check(processor);
      return { processor, userErrors: [] };
    } catch (error) {
      return { processor: null, userErrors: toUserErrors(error).map(inCamelCase) };
    }
  },
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
  ProcessorHealth,
};
