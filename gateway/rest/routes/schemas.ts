import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { compatibilities } from '../../../platform/json-schema/compatibility/modes.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Schemas';

/** The findings of a check of a version. */
const REPORT = `compatible version compatibility comparedWith
  problems { against direction verdict pointer rule message fix accepted }`;

const noSchema = {
  code: 'NOT_FOUND',
  message: 'There is no such schema, or no such version of it.',
} as const;

const listSchemas = defineRoute({
  method: 'GET',
  path: '/api/v1/schemas',
  name: 'schemas',
  tag: TAG,
  summary: 'The newest version of every JSON Schema that is not withdrawn, by id.',
  document: 'query { schemas { ...BlobSchema } }',
});

const readSchema = defineRoute({
  method: 'GET',
  path: '/api/v1/schemas/:id',
  name: 'schema',
  tag: TAG,
  summary: 'The newest version of a schema that is not withdrawn, with a list of all its versions.',
  document: 'query ($id: ID!) { schema(id: $id) { ...BlobSchema } }',
  missing: noSchema,
});

const readVersion = defineRoute({
  method: 'GET',
  path: '/api/v1/schemas/:id/versions/:version',
  name: 'schemaVersion',
  tag: TAG,
  summary: 'One version of a schema.',
  document: 'query ($id: ID!, $version: String!) { schema(id: $id, version: $version) { ...BlobSchema } }',
  missing: noSchema,
});

const validate = defineRoute({
  method: 'POST',
  path: '/api/v1/schemas/:id/validate',
  name: 'validate',
  tag: TAG,
  summary: 'Validates data against a schema. Nothing is stored.',
  body: z.object({
    data: z.unknown().describe('The data to validate.'),
    schema_version: z
      .string()
      .nullish()
      .describe('The version to validate against. Default: the newest that is not withdrawn.'),
  }),
  document: `query ($schemaId: ID!, $schemaVersion: String, $data: JSON!) {
    validation(schemaId: $schemaId, schemaVersion: $schemaVersion, data: $data) {
      valid
      schema { id version }
      violations { ...SchemaViolation }
    }
  }`,
  variables: ({ path: { id }, body }) => ({ ...(body as object), schema_id: id }),
});

const registerSchema = defineRoute({
  method: 'POST',
  path: '/api/v1/schemas',
  name: 'registerSchema',
  tag: TAG,
  summary: 'Adds a schema, or a new version of one. For operators.',
  body: ({ input }) => input('RegisterSchemaInput'),
  document: `mutation ($input: RegisterSchemaInput!) {
    registerSchema(input: $input) { schema { ...BlobSchema } report { ${REPORT} } ${USER_ERRORS} }
  }`,
  mayBeNull: ['report'],
  status: 201,
  location: ({ schema }) => {
    const { id, version } = schema as { id: string; version: string };
    return path`/api/v1/schemas/${id}/versions/${version}`;
  },
});

const checkSchema = defineRoute({
  method: 'POST',
  path: '/api/v1/schemas/:id/check',
  name: 'checkSchema',
  tag: TAG,
  summary: 'Whether a definition could be registered, and if not, why. Nothing is stored. For operators.',
  body: ({ input }) => input('CheckSchemaInput').omit({ id: true }),
  document: `query ($input: CheckSchemaInput!) { report: checkSchema(input: $input) { ${REPORT} ${USER_ERRORS} } }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), id } }),
});

const setCompatibility = defineRoute({
  method: 'PUT',
  path: '/api/v1/schemas/:id/compatibility',
  name: 'setSchemaCompatibility',
  tag: TAG,
  summary: 'Sets what new versions of a schema are held to. For operators.',
  body: z.object({
    compatibility: z.enum(compatibilities).describe('The mode to hold new versions to.'),
  }),
  document: `mutation ($id: ID!, $compatibility: SchemaCompatibility!) {
    setSchemaCompatibility(id: $id, compatibility: $compatibility) {
      compatibility schema { ...BlobSchema } ${USER_ERRORS}
    }
  }`,
  mayBeNull: ['schema'],
  variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
});

const withdrawSchema = defineRoute({
  method: 'POST',
  path: '/api/v1/schemas/:id/versions/:version/withdraw',
  name: 'withdrawSchema',
  tag: TAG,
  summary: 'Withdraws a version of a schema for new blobs. For operators.',
  document: `mutation ($id: ID!, $version: String!) {
    withdrawSchema(id: $id, version: $version) { schema { ...BlobSchema } ${USER_ERRORS} }
  }`,
});

const checkStored = defineRoute({
  method: 'POST',
  path: '/api/v1/schemas/:id/stored-check',
  name: 'checkStoredBlobs',
  tag: TAG,
  summary:
    'Which stored blobs of a schema would not fit a version of it: a sample, or all of them in the background. For operators.',
  body: ({ input }) => input('CheckStoredBlobsInput').omit({ schema_id: true }),
  document: `mutation ($input: CheckStoredBlobsInput!) {
    checkStoredBlobs(input: $input) { check { ...StoredBlobsCheck } ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), schema_id: id } }),
});

const readStoredCheck = defineRoute({
  method: 'GET',
  path: '/api/v1/schemas/:id/stored-check',
  name: 'storedBlobsCheck',
  tag: TAG,
  summary: 'The progress or result of the newest check of all stored blobs of a schema. For operators.',
  document: 'query ($id: ID!) { check: storedBlobsCheck(schemaId: $id) { ...StoredBlobsCheck } }',
  missing: { code: 'NOT_FOUND', message: 'No check of all blobs of this schema was asked for.' },
});

export const schemaRoutes: readonly Route[] = [
  listSchemas,
  readSchema,
  readVersion,
  validate,
  registerSchema,
  checkSchema,
  setCompatibility,
  withdrawSchema,
  checkStored,
  readStoredCheck,
];
