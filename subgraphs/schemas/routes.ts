import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SchemaDocument } from '../../platform/clients/schemas.ts';
import { InputErrors } from '../../platform/errors/errors.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import type { SchemaCatalog } from './catalog/catalog.ts';
import { blobTypeOf, descriptionOf, type Schema, titleOf } from './catalog/schema.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { required, type Validate } from './validation.ts';

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

/** The registry's REST API. Every service and user may read; only operators may withdraw. */
export function schemaRoutes(app: FastifyInstance, catalog: SchemaCatalog, validate: Validate): void {
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
    const { errors } = await validate(createLoaders(catalog), params.id, version, data);
    return { valid: errors.length === 0, errors };
  });
}
