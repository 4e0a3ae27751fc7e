import { DateTimeResolver } from 'graphql-scalars';
import { toUserErrors } from '../../platform/errors.ts';
import { requireOperator } from '../../platform/serving/authenticate.ts';
import type {
  MutationResolvers,
  ProcessorHealth,
  ProcessorResolvers,
  QueryResolvers,
  RegisterProcessorInput,
  Resolvers,
  StorageType,
} from './graphql.generated.ts';
import { parseRegistration } from './registration.ts';

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The input as the registry's documents have it. */
function toRegistration(input: RegisterProcessorInput): Record<string, unknown> {
  const members = Object.entries(input).map(([name, value]) => [toSnakeCase(name), value]);
  return { ...Object.fromEntries(members), storage_type: input.storageType.toLowerCase() };
}

const Query: QueryResolvers = {
  processors: (_parent, _args, { registry }) => registry.list(),
};

const Mutation: MutationResolvers = {
  async registerProcessor(_parent, { input }, { caller, registry, health }) {
    requireOperator(caller);
    try {
      const processor = await registry.register(parseRegistration(toRegistration(input), toCamelCase));
      void health.check(processor);
      return { processor, userErrors: [] };
    } catch (error) {
      return { processor: null, userErrors: [...toUserErrors(error)] };
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
  maxConcurrency: (processor) => processor.max_concurrency,
  timeoutSeconds: (processor) => processor.timeout_seconds,
  health: ({ id }, _args, { health }) => health.of(id).state.toUpperCase() as ProcessorHealth,
  checkedAt: ({ id }, _args, { health }) => health.of(id).checkedAt,
  createdAt: (processor) => processor.created_at,
};

export const resolvers: Resolvers = { DateTime: DateTimeResolver, Query, Mutation, Processor };
