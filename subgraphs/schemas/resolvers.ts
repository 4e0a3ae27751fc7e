import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import { BlobgraphError, toUserErrors } from '../../platform/errors/errors.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import { errorsOf, isCompatible } from './catalog/compatibility.ts';
import { SchemaRefused } from './catalog/new-version.ts';
import { descriptionOf, titleOf } from './catalog/schema.ts';
import type {
  BlobSchemaResolvers,
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  SchemaReportResolvers,
} from './graphql.generated.ts';

/** Maps an error of the REST API to one with a GraphQL field. @throws always */
function toldAsSchema(error: unknown): never {
  if (!(error instanceof BlobgraphError)) throw error;
  const { code, message } = error;
  if (code === 'NOT_FOUND') throw new BlobgraphError('SCHEMA_UNKNOWN', message, { field: 'schemaId' });
  throw new BlobgraphError(code, message, { field: 'schemaVersion' });
}

const Query: QueryResolvers = {
  schemas: (_parent, _args, { catalog }) => catalog.newest(),
  schema: (_parent, { id, version }, { loaders }) => loaders.schema(id, version),
  checkSchema(_parent, { input }, { caller, catalog }) {
    requireOperator(caller);
    return catalog.check(input);
  },
  async validation(_parent, { schemaId, schemaVersion, data }, { loaders, validate }) {
    const { schema, errors } = await validate(loaders, schemaId, schemaVersion ?? undefined, data).catch(
      toldAsSchema,
    );
    const violations = errors.map(({ pointer, message }) => ({
      field: `data${pointer.replaceAll('/', '.')}`,
      message,
    }));
    return { valid: errors.length === 0, schema, violations };
  },
};

const Mutation: MutationResolvers = {
  async registerSchema(_parent, { input }, { caller, catalog, loaders }) {
    requireOperator(caller);
    try {
      const { schema, report } = await catalog.register(input);
      loaders.versions.clear(schema.id);
      return { schema, report, userErrors: [] };
    } catch (error) {
      const report = error instanceof SchemaRefused ? error.report : null;
      return { schema: null, report, userErrors: [...toUserErrors(error)] };
    }
  },
  async setSchemaCompatibility(_parent, { id, compatibility }, { caller, catalog, loaders }) {
    const { userId } = requireOperator(caller);
    try {
      await catalog.setCompatibility(id, compatibility, userId);
      loaders.compatibility.clear(id);
      return { compatibility, schema: await loaders.schema(id), userErrors: [] };
    } catch (error) {
      return { compatibility: null, schema: null, userErrors: [...toUserErrors(error)] };
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
  compatibility: ({ id }, _args, { loaders }) => loaders.compatibility.load(id),
  withdrawnVersions: async ({ id }, _args, { loaders }) => [...(await loaders.versions.load(id)).withdrawn],
};

const SchemaReport: SchemaReportResolvers = {
  compatible: isCompatible,
  comparedWith: ({ comparedWith }) => [...comparedWith],
  problems: ({ problems }) => [...problems],
  userErrors: (report) => errorsOf(report),
};

export const resolvers: Resolvers = {
  DateTime: DateTimeResolver,
  JSON: JSONResolver,
  Query,
  Mutation,
  BlobSchema,
  SchemaReport,
};
