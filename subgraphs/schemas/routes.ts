import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { SchemaDocument } from '../../platform/clients/schemas.ts';
import { BlobgraphError, type ErrorCode, InputErrors } from '../../platform/errors.ts';
import { compileSchema, type Validator } from '../../platform/json-schema/validator.ts';
import { requireOperator } from '../../platform/serving/authenticate.ts';
import type { SchemaCatalog } from './catalog.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { blobTypeOf, descriptionOf, keyOf, type Schema, titleOf } from './schema.ts';

const MAX_COMPILED = 200;

async function versionsOf({ id }: Schema, loaders: Loaders) {
  const { all, withdrawn } = await loaders.versions.load(id);
  return { versions: [...all], withdrawn_versions: [...withdrawn] };
}

async function toDocument(schema: Schema, loaders: Loaders): Promise<SchemaDocument> {
  return {
    id: schema.id,
    version: schema.version,
    title: titleOf(schema),
    description: descriptionOf(schema),
    blob_type: blobTypeOf(schema),
    definition: schema.definition,
    ...(await versionsOf(schema, loaders)),
    created_at: schema.createdAt?.toISOString() ?? null,
    withdrawn_at: schema.withdrawnAt?.toISOString() ?? null,
  };
}

async function required(loaders: Loaders, id: string, version?: string, code: ErrorCode = 'NOT_FOUND') {
  const schema = await loaders.schema(id, version);
  if (schema) return schema;
  if (version === undefined && (await loaders.versions.load(id)).all.length > 0) {
    const message = `All versions of the schema \`${id}\` were withdrawn: it takes no new documents.`;
    throw new BlobgraphError('SCHEMA_WITHDRAWN', message);
  }
  const what = version === undefined ? 'There is no schema' : 'There is no such version of a schema';
  const field = code === 'SCHEMA_UNKNOWN' ? 'version' : null;
  throw new BlobgraphError(code, `${what} \`${id.slice(0, 64)}\`.`, { field });
}

/** Validators by version, compiled at first use. */
function createValidators(): (schema: Schema) => Validator {
  const compiled = new LRUCache<string, Validator>({ max: MAX_COMPILED });
  return (schema) => {
    const key = keyOf(schema);
    const validate = compiled.get(key) ?? compileSchema(schema.definition);
    compiled.set(key, validate);
    return validate;
  };
}

function parseBody(body: unknown): { data: unknown; version?: string | undefined } {
  if (typeof body === 'object' && body !== null && 'data' in body) {
    const { data, ...rest } = body;
    const others = z.strictObject({ version: z.string().optional() }).safeParse(rest);
    if (others.success) return { data, ...others.data };
  }
  const message =
    'The body must be `{ "data": <the document>, "version": "1.0.0" }`, `version` may be left out.';
  throw new InputErrors([{ field: null, code: 'VALIDATION_FAILED', message }]);
}

/** The registry's REST. Reading is open to every service and user; withdrawing is for operators. */
export function schemaRoutes(app: FastifyInstance, catalog: SchemaCatalog): void {
  const validatorOf = createValidators();
  type ById = { Params: { id: string } };
  type ByVersion = { Params: { id: string; version: string } };

  app.get('/api/v1/schemas', async () => {
    const loaders = createLoaders(catalog);
    const schemas = await catalog.newest();
    return { schemas: await Promise.all(schemas.map((schema) => toDocument(schema, loaders))) };
  });
  app.get<ById>('/api/v1/schemas/:id', async ({ params }) => {
    const loaders = createLoaders(catalog);
    return { schema: await toDocument(await required(loaders, params.id), loaders) };
  });
  app.get<ByVersion>('/api/v1/schemas/:id/versions/:version', async ({ params }) => {
    const loaders = createLoaders(catalog);
    return { schema: await toDocument(await required(loaders, params.id, params.version), loaders) };
  });
  app.post<ByVersion>('/api/v1/schemas/:id/versions/:version/withdraw', async ({ params, caller }) => {
    const { userId } = requireOperator(caller);
    await required(createLoaders(catalog), params.id, params.version);
    const schema = await catalog.withdraw(params, userId);
    return { schema: await toDocument(schema, createLoaders(catalog)) };
  });
  app.post<ById>('/api/v1/schemas/:id/validate', async ({ params, body }) => {
    const { data, version } = parseBody(body);
    const loaders = createLoaders(catalog);
    const { all } = await loaders.versions.load(params.id);
    const code = all.length === 0 ? 'NOT_FOUND' : 'SCHEMA_UNKNOWN';
    const schema = await required(loaders, params.id, version, code);
    const errors = validatorOf(schema)(data);
    return { valid: errors.length === 0, errors };
  });
}
