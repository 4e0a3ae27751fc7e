import { EVENT_STREAM } from '../../../platform/serving/event-stream/event-stream.ts';
import type { OpenRoute } from '../../rest/answering/open-route.ts';
import { headersOf, notModified, parameterRef, problemsFor, RATES } from '../parts/common.ts';
import { pascal, type SharedSchemas, schemaRef } from '../parts/components.ts';
import type {
  Content,
  Located,
  Method,
  Operation,
  Parameter,
  Reference,
  Response,
  Schema,
} from '../parts/types.ts';
import { AnswerSchemas } from './answers.ts';
import { examples } from './examples.ts';
import { inputSchema, parameters } from './inputs.ts';

/** A Fastify path in OpenAPI's form: `/blobs/:id` becomes `/blobs/{id}`. */
const openApiPath = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

const me = 'Your own id, or `me`.';

function pathParameters({ params }: OpenRoute): Parameter[] {
  return parameters('path', params).map((each) =>
    each.name === 'user_id' ? { ...each, description: me } : each,
  );
}

const isCached = ({ route: { method, caching } }: OpenRoute): boolean =>
  method === 'GET' && caching !== 'none';

const lastEventId: Parameter = {
  name: 'Last-Event-ID',
  in: 'header',
  description:
    'The cursor of the last event, as browsers send it when they connect again. It counts before `after`.',
  schema: { type: 'string' },
};

/** Adds the member `unavailable` to an answer's schema. */
function withUnavailable(schema: Schema): Schema {
  const { properties } = schema as { properties?: object };
  const unavailable: Schema = {
    type: 'array',
    description: 'Present only when something in the answer is null because it could not be fetched.',
    items: schemaRef('Unavailable'),
  };
  return { ...schema, properties: { ...properties, unavailable } };
}

/** A stream of events, each with a value of this schema as its data. */
const eventsOf = (schema: Schema): Content => ({
  [EVENT_STREAM]: {
    schema: {
      type: 'string',
      description: 'Events, whose `data` is JSON.',
      contentMediaType: 'application/json',
      contentSchema: schema,
    },
  },
});

function success(open: OpenRoute, shared: SharedSchemas): Response {
  const { route } = open;
  const answer = new AnswerSchemas(shared, route.name).answer(open);
  const place = { operation: route.name, member: 'answer' };
  const schema = route.at
    ? answer
    : shared.share(`${pascal(route.name)}Answer`, withUnavailable(answer), place);
  const pages = 'next_cursor' in ((answer as { properties?: object }).properties ?? {});
  const headers = [
    'Cache-Control',
    ...(isCached(open) ? ['ETag'] : []),
    ...(pages ? ['Link'] : []),
    ...(route.location ? ['Location'] : []),
    ...RATES,
  ];
  return {
    description: route.status === 201 ? 'Made.' : 'Done.',
    headers: headersOf(headers),
    content: open.isSubscription ? eventsOf(schema) : { 'application/json': { schema } },
  };
}

function statusesOf({ route, params, body, isSubscription }: OpenRoute): number[] {
  return [
    ...[400, 401],
    ...(Object.keys(params.shape).length > 0 || route.missing ? [404] : []),
    ...(body || route.method !== 'GET' ? [409, 410, 413, 415, 422] : []),
    ...(isSubscription ? [410] : []),
    ...[429, 503],
  ];
}

function bodyOf(
  { route, body, bodyOptional }: OpenRoute,
  shared: SharedSchemas,
): Pick<Operation, 'requestBody'> {
  if (!body) return {};
  const place = { operation: route.name, member: 'request' };
  const schema = shared.share(`${pascal(route.name)}Request`, inputSchema(body), place);
  const example = examples[route.name];
  const media = { schema, ...(example !== undefined && { example }) };
  return { requestBody: { required: !bodyOptional, content: { 'application/json': media } } };
}

/** The OpenAPI operation of a route that is an operation of the graph. */
export function routeOperation(open: OpenRoute, shared: SharedSchemas): Located {
  const { route, query, keyed, isSubscription } = open;
  const { name, summary, description, tag, status = 200 } = route;
  const taken: (Parameter | Reference)[] = [
    ...pathParameters(open),
    ...parameters('query', query),
    ...(keyed ? [parameterRef('IdempotencyKey')] : []),
    ...(isCached(open) ? [parameterRef('IfNoneMatch')] : []),
    ...(isSubscription ? [lastEventId] : []),
  ];
  return {
    method: route.method.toLowerCase() as Method,
    path: openApiPath(route.path),
    operation: {
      operationId: name,
      summary,
      ...(description && { description }),
      tags: [tag],
      ...(taken.length > 0 && { parameters: taken }),
      ...bodyOf(open, shared),
      responses: {
        [status]: success(open, shared),
        ...(isCached(open) && { 304: notModified }),
        ...problemsFor(statusesOf(open)),
      },
    },
  };
}
