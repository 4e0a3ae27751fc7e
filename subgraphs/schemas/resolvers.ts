import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import { toUserErrors } from '../../platform/errors.ts';
import { requireOperator } from '../../platform/serving/authenticate.ts';
import type {
  BlobSchemaResolvers,
  MutationResolvers,
  QueryResolvers,
  Resolvers,
} from './graphql.generated.ts';
import { descriptionOf, titleOf } from './schema.ts';

const Query: QueryResolvers = {
  schemas: (_parent, _args, { catalog }) => catalog.newest(),
  schema: (_parent, { id, version }, { loaders }) => loaders.schema(id, version),
};

const Mutation: MutationResolvers = {
  async registerSchema(_parent, { input }, { caller, catalog, loaders }) {
    requireOperator(caller);
    try {
      const schema = await catalog.register(input);
      loaders.versions.clear(schema.id);
      return { schema, userErrors: [] };
    } catch (error) {
      return { schema: null, userErrors: [...toUserErrors(error)] };
    }
  },
  async withdrawSchema(_parent, key, { caller, catalog, loaders }) {
    const { userId } = requireOperator(caller);
    try {
      const schema = await catalog.withdraw(key, userId);
      loaders.versions.clear(schema.id);
      return { schema, userErrors: [] };
    } catch (error) {
      return { schema: null, userErrors: [...toUserErrors(error)] };
    }
  },
};

const BlobSchema: BlobSchemaResolvers = {
  __resolveReference: ({ id, version }, { loaders }) => loaders.schemas.load({ id, version }),
  title: titleOf,
  description: descriptionOf,
  versions: async ({ id }, _args, { loaders }) => [...(await loaders.versions.load(id)).all],
  withdrawnVersions: async ({ id }, _args, { loaders }) => [...(await loaders.versions.load(id)).withdrawn],
};

export const resolvers: Resolvers = {
  DateTime: DateTimeResolver,
  JSON: JSONResolver,
  Query,
  Mutation,
  BlobSchema,
};
