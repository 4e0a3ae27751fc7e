import type { OpenRoute } from '../rest/answering/open-route.ts';
import { routeOperation } from './derived/route-operation.ts';
import { directReadOperations, directReadSchemas } from './described/direct-reads.ts';
import { fileOperations } from './described/files.ts';
import { serviceOperations, serviceSchemas } from './described/service.ts';
import { sentWebhooks, webhookSchemas } from './described/webhooks.ts';
import {
  commonHeaders,
  commonParameters,
  commonResponses,
  commonSchemas,
  securitySchemes,
} from './parts/common.ts';
import { SharedSchemas } from './parts/components.ts';
import { BEARER } from './parts/paths.ts';
import type { ApiDescription, Located, Method, Operation } from './parts/types.ts';

/** The API's version. Its major number is that of the paths. */
const VERSION = '1.0.0';

const description = `The REST of Blobgraph: what users wrote and what was made of it. It is the GraphQL of \`/graphql\` in other
words: each operation here is one there, so that both show the same.

- Every request carries a token: \`Authorization: Bearer …\`.
- What does not exist and what belongs to another user look the same: 404.
- Failures are answered with problem details (RFC 9457, \`application/problem+json\`) with a \`code\`, which \`GET /api/v1/errors\` explains.
- Lists have \`limit\` and \`cursor\`; \`next_cursor\` of the answer, or its header \`Link\`, leads on.
- A request that creates something may carry \`Idempotency-Key\`: repeated, it has no further effect.
- Answers that can be cached have an \`ETag\`: send it as \`If-None-Match\`.`;

const schemas = { ...commonSchemas, ...directReadSchemas, ...serviceSchemas, ...webhookSchemas };

const described: readonly Located[] = [...directReadOperations, ...fileOperations, ...serviceOperations];

type Paths = Record<string, Partial<Record<Method, Operation>>>;

/** @throws TypeError when two operations have the same method and path, or the same name */
function pathsOf(operations: readonly Located[]): Paths {
  const paths: Paths = {};
  const names = new Set<string>();
  for (const { method, path, operation } of operations) {
    paths[path] ??= {};
    const there = paths[path];
    const { operationId } = operation;
    if (there[method] || names.has(operationId))
      throw new TypeError(`The API has ${method} ${path}, or the name ${operationId}, twice`);
    there[method] = operation;
    names.add(operationId);
  }
  return paths;
}

const tagsOf = (operations: readonly Located[]) =>
  [...new Set(operations.map(({ operation }) => operation.tags[0]))].map((name) => ({ name }));

/**
 * The OpenAPI description of all routes: those that are operations of the graph, derived from its schema, and the
 * others. Deterministic: the same routes give the same description.
 * @throws TypeError when two operations have the same method and path, or the same name
 */
export function openApiDescription(routes: readonly OpenRoute[]): ApiDescription {
  const taken = Object.keys(schemas);
  // The first pass finds the largest schema of each type, the second one names them.
  const seen = new SharedSchemas(taken);
  for (const open of routes) routeOperation(open, seen);
  const shared = new SharedSchemas(taken, seen.fullest);
  const operations = [...routes.map((open) => routeOperation(open, shared)), ...described];
  return {
    openapi: '3.1.1',
    info: { title: 'Blobgraph Studio API', version: VERSION, description },
    servers: [{ url: '/', description: 'The server of this description.' }],
    tags: tagsOf(operations),
    security: [{ [BEARER]: [] }],
    webhooks: sentWebhooks,
    paths: pathsOf(operations),
    components: {
      schemas: { ...schemas, ...shared.all() },
      responses: commonResponses,
      parameters: commonParameters,
      headers: commonHeaders,
      securitySchemes,
    },
  };
}
