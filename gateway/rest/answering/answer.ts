import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { pathOf, searchOf } from '../../../platform/serving/doors/methods.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../../admission/context.ts';
import type { ExecutionResult } from '../../execution/executor.ts';
import { presentable } from '../../operations/present.ts';
import { toGraph } from '../mapping/input.ts';
import { answerOf, type Json } from '../mapping/json.ts';
import { restName } from '../mapping/names.ts';
import { Failed, failuresOf } from '../problems/failures.ts';
import type { Failure } from '../problems/problem.ts';
import type { Caching, Given, Route } from '../routes/route.ts';
import { sendKept } from './caching.ts';
import { IDEMPOTENCY_HEADER, idempotencyKeyOf, withKey } from './idempotency.ts';
import type { OpenRoute } from './open-route.ts';
import { inRest, PAGE_NAMES } from './renamed-failures.ts';
import { unavailableOf } from './unavailable.ts';
import { checked } from './validation.ts';

type Values = Readonly<Record<string, unknown>>;

/** Bytes from which on mapping and printing an answer each get an event-loop turn of their own. */
const LARGE = 256 * 1024;

/** The inputs of a request, as they came. */
export type AskedBy = Pick<FastifyRequest, 'params' | 'query' | 'headers' | 'body'>;

/** Validates a request's inputs. @throws Failed VALIDATION_FAILED; BlobgraphError NOT_FOUND, BAD_REQUEST */
export function givenBy(open: OpenRoute, request: AskedBy, { viewer }: GatewayContext): Given {
  const path = checked(open.params, open.readParams(request.params as Values));
  const { user_id: userId } = path;
  if (userId !== undefined && userId !== 'me' && userId !== viewer.userId)
    throw new BlobgraphError(
      'NOT_FOUND',
      'There is no such user, or it is not you. Write `me` for yourself.',
    );
  const query = checked(open.query, open.readQuery(request.query as Values));
  const sent = open.bodyOptional ? (request.body ?? {}) : request.body;
  const body = open.body ? checked(open.body, sent) : undefined;
  if (!open.keyed) return { path, query, body, viewer };
  return {
    path,
    query,
    body: withKey(body ?? {}, idempotencyKeyOf(request.headers[IDEMPOTENCY_HEADER])),
    viewer,
  };
}

const byDefault = ({ path, query, body }: Given): Values => ({ ...path, ...query, input: body });

/** Values for the operation's variables, found by a variable's name, its REST name, or that of a paging parameter. */
export function variablesOf({ route, variables }: OpenRoute, given: Given): Values {
  const values = route.variables?.(given) ?? byDefault(given);
  return Object.fromEntries(
    [...variables].flatMap(([name, type]) => {
      const value = values[name] ?? values[restName(name)] ?? values[PAGE_NAMES[name] ?? name];
      return value === undefined ? [] : [[name, toGraph(type, value)]];
    }),
  );
}

interface Payload {
  readonly userErrors?: readonly (Omit<Failure, 'field'> & { readonly field: string | null })[];
}

/** The user errors in a mutation's payload. */
const mistakesIn = (data: Values): Failure[] =>
  Object.values(data).flatMap((payload) =>
    ((payload as Payload | null)?.userErrors ?? []).map(({ code, message, field }) => ({
      code,
      message,
      field: field ?? undefined,
    })),
  );

/** Why there is no answer; empty when there is one. */
function failuresIn(
  { route, isMutation }: OpenRoute,
  { data, errors = [] }: ExecutionResult,
): readonly Failure[] {
  const mistakes = isMutation && data ? mistakesIn(data) : [];
  if (mistakes.length > 0) return mistakes;
  if (data && Object.values(data).every((value) => value !== null)) return [];
  if (errors.length > 0) return failuresOf(errors);
  return [missingIn(route)];
}

const missingIn = ({ missing }: Route): Failure =>
  missing ?? { code: 'NOT_FOUND', message: 'There is no such thing, or it is not yours.' };

/** The member of an answer at `route.at`. @throws Failed when it is null */
function partOf({ route }: OpenRoute, answer: Json, errors: ExecutionResult['errors'] = []): unknown {
  const part = (route.at ?? []).reduce<unknown>((whole, name) => (whole as Json | null)?.[name], answer);
  if (part !== null && part !== undefined) return part;
  throw new Failed(errors.length > 0 ? failuresOf(errors) : [missingIn(route)]);
}

/** The part of the result that the answer is made from. */
export const dataWithin = ({ route: { within = [] } }: OpenRoute, data: Values): Values =>
  within.reduce<Values>((value, key) => value[key] as Values, data);

const cachingOf = ({ route: { caching, method } }: OpenRoute, answer: Json): Caching => {
  if (method !== 'GET' || answer['unavailable']) return 'none';
  return typeof caching === 'function' ? caching(answer) : (caching ?? 'revalidate');
};

/** A link to the next page (RFC 8288): the same URL with the next cursor. */
export function linkToNext(url: string, cursor: string): string {
  const query = new URLSearchParams(searchOf(url));
  query.set('cursor', cursor);
  return `<${pathOf(url)}?${query}>; rel="next"`;
}

function setHeaders(reply: FastifyReply, { route }: OpenRoute, answer: Json): void {
  reply.status(route.status ?? 200);
  const location = route.location?.(answer);
  if (location) reply.header('location', location);
  const { next_cursor: next } = answer;
  if (typeof next === 'string') reply.header('link', linkToNext(reply.request.url, next));
}

/** Answers a request to a route. @throws Failed; BlobgraphError; OperationRefused; what the executor throws */
export async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { open, context, logger }: { open: OpenRoute; context: GatewayContext; logger: Logger },
): Promise<FastifyReply> {
  const { operation, root, isMutation } = open;
  const variables = variablesOf(open, givenBy(open, request, context));
  operation.check(variables);
  let bytes = 0;
  const measured = (about: number) => {
    bytes = about;
  };
  const result = presentable(await operation.run({ variables, context, measured }), logger);
  const failures = failuresIn(open, result);
  if (failures.length > 0) throw new Failed(failures.map((failure) => inRest(open, failure)));
  const { data, errors = [] } = result;
  const json = answerOf(root, dataWithin(open, data ?? {}), isMutation);
  const part = partOf(open, json, errors);
  if (errors.length > 0) json['unavailable'] = unavailableOf(open, data, errors);
  if (bytes > LARGE) await turn();
  const text = JSON.stringify(part);
  if (bytes > LARGE) await turn();
  setHeaders(reply, open, json);
  return sendKept(reply, text, cachingOf(open, json));
}
