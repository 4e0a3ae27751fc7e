import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import {
  BlobgraphError,
  type ErrorCode,
  errorTable,
  InputErrors,
  shortMessage,
} from '../../errors/errors.ts';
import { isUnavailable, STORE_UNAVAILABLE } from '../../errors/unavailable.ts';
import { idOfSegment } from '../../ids/service-path.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { currentTrace, traceFrom, withTrace } from '../../telemetry/trace.ts';
import { deadlineExceeded, deadlineIn, timeoutFrom } from '../../time/deadline.ts';
import { guardAnswers, guardedHeaders } from '../doors/headers.ts';
import { knowMethods } from '../doors/methods.ts';
import { answerMissing } from '../doors/missing.ts';
import { refuseStrayCredentials } from '../doors/stray-tokens.ts';
import { limitLoad } from '../load/load.ts';
import { parseBodies } from './body.ts';

/** Larger bodies are answered with 413. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers a request that is refused before any hook runs; null for the default form. */
    tellUnrouted: (reply: FastifyReply, failure: RestError) => FastifyReply | null;
  }
}

interface RestError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
}

/** A fault of ours, as clients see it. */
export const internal: RestError = { code: 'INTERNAL', message: 'Something went wrong on our side.' };

const nothingThere: RestError = { code: 'NOT_FOUND', message: 'There is nothing at this path.' };

/** The framework's own refusals, in our words. */
const frameworkErrors: Readonly<Record<string, RestError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The request body is larger than 8 MiB. Send less at once.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'MEDIA_TYPE_UNSUPPORTED',
    message: 'The body must be JSON: send `Content-Type: application/json`.',
  },
  FST_ERR_BAD_URL: {
    code: 'BAD_REQUEST',
    message: 'The path is not well-formed: percent-encode it as UTF-8.',
  },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'NOT_FOUND', message: 'There is nothing at so long a path.' },
};

/** Errors for the client; null when `error` is a fault of ours that only the log may tell. */
export function describeError(error: unknown): RestError[] | null {
  if (error instanceof InputErrors) {
    return error.errors.map(({ code, message, field }) => ({
      code,
      message,
      ...(field === null ? {} : { field }),
    }));
  }
  if (error instanceof BlobgraphError) {
    return [
      {
        code: error.code,
        message: shortMessage(error.message),
        ...(error.field === null ? {} : { field: error.field }),
      },
    ];
  }
  if (isUnavailable(error)) return [STORE_UNAVAILABLE];
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : frameworkErrors[code];
  if (known) return [known];
  // Refusals of plugins: the static one answers 403 for a path that leads out of its folder.
  if (statusCode === 403 || statusCode === 404) return [nothingThere];
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return [{ code: 'BAD_REQUEST', message: 'The request is not well-formed.' }];
  return null;
}

/** Seconds of `Retry-After`, where a retry may succeed. */
export const RETRY_AFTER_SECONDS = 1;

/** Sets a reply's status by its code and, for passing failures, `Retry-After`. */
export function refuse(reply: FastifyReply, code: ErrorCode): FastifyReply {
  const { status } = errorTable[code];
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.status(status);
}

/** Headers that describe an answer: removed when it could not be made. */
const TOLD_OF_ANSWER = [
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
  'link',
  'location',
];

/** Removes headers of an answer that could not be made. */
export function forgetAnswer(reply: FastifyReply): FastifyReply {
  for (const name of TOLD_OF_ANSWER) reply.removeHeader(name);
  return reply.type('application/json; charset=utf-8');
}

/** Errors for the client; `logger` is told of faults of ours, and of stores that are out of reach. */
export function describeAndLog(error: unknown, logger: Logger): readonly RestError[] {
  const described = describeError(error);
  const requestId = currentTrace()?.requestId;
  if (!described) logger.error({ err: error, requestId }, 'request failed');
  else if (isUnavailable(error)) logger.warn({ err: error, requestId }, 'a store is out of reach');
  return described ?? [internal];
}

function installErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, _request, reply) => {
    const [first = internal, ...others] = describeAndLog(error, logger);
    const body = {
      error: first,
      ...(others.length > 0 ? { errors: [first, ...others] } : {}),
      request_id: currentTrace()?.requestId,
    };
    return refuse(forgetAnswer(reply), first.code).send(body);
  });
  answerMissing(app);
}

/** Answers what is refused before any hook runs. */
function refuseUnrouted(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const [refusal = internal] = describeError(error) ?? [];
  const { requestId } = traceFrom(request.headers);
  reply.headers(guardedHeaders).header('x-request-id', requestId);
  if (reply.server.tellUnrouted(reply, refusal)) return;
  refuse(reply, refusal.code).send({ error: refusal, request_id: requestId });
}

/** Percent-encoded, an id of 256 characters that stands in a path takes this much. */
const PATH_PARAMETER_LIMIT = 256 * 9;

/** A service's limits where they differ from the defaults. */
export interface ServerLimits {
  /** Milliseconds that a request may take. Default: 30,000. */
  readonly requestTimeoutMs?: number;
  /** Requests in work at once. Default: 500. */
  readonly requests?: number;
  /** TCP connections open at once; more are closed at once. Default: 10,000. */
  readonly connections?: number;
  /** Defaults, in the order of the members: 10, 60, 150 and 2 s. */
  readonly timeouts?: Partial<ConnectionTimeouts>;
}

/** Milliseconds that clients have for their part. */
export interface ConnectionTimeouts {
  /** For a request's head to come whole. */
  readonly headMs: number;
  /** For a whole request, its body included. */
  readonly requestMs: number;
  /** For anything to move on a connection, longer than the slowest answer takes: else its client does not read. */
  readonly idleMs: number;
  /** Interval of the search for clients that send their request too slowly. */
  readonly checkEveryMs: number;
}

const connectionTimeouts: ConnectionTimeouts = {
  headMs: 10_000,
  requestMs: 60_000,
  idleMs: 150_000,
  checkEveryMs: 2_000,
};

/**
 * Makes a request's trace the current one, with the time that the caller waits, or else that a request may take.
 * One without time left is not begun.
 */
function followRequests(app: FastifyInstance, requestTimeoutMs: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const trace = traceFrom(request.headers);
    reply.header('x-request-id', trace.requestId);
    const timeMs = Math.min(requestTimeoutMs, timeoutFrom(request.headers) ?? requestTimeoutMs);
    withTrace({ ...trace, deadline: deadlineIn(timeMs) }, () => {
      if (timeMs === 0) done(deadlineExceeded());
      else done();
    });
  });
}

/** Decodes the ids of a path. */
function readIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const params = (request.params ?? {}) as Record<string, string>;
    for (const [name, segment] of Object.entries(params)) {
      if (name !== '*') params[name] = idOfSegment(segment);
    }
    done();
  });
}

/** A Fastify instance with our limits, errors, request ids and tracing. */
export function createHttpServer(deps: { logger: Logger; limits?: ServerLimits }): FastifyInstance {
  const { requestTimeoutMs = 30_000, requests = 500, connections = 10_000 } = deps.limits ?? {};
  const timeouts = { ...connectionTimeouts, ...deps.limits?.timeouts };
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    // Requests over a kept connection are still answered while the server closes.
    return503OnClosing: false,
    requestTimeout: timeouts.requestMs,
    connectionTimeout: timeouts.idleMs,
    http: { headersTimeout: timeouts.headMs, connectionsCheckingInterval: timeouts.checkEveryMs },
    routerOptions: { maxParamLength: PATH_PARAMETER_LIMIT },
    frameworkErrors: refuseUnrouted,
    logger: false,
  });
  app.decorate('tellUnrouted', () => null);
  app.server.maxConnections = connections;
  knowMethods(app, PATH_PARAMETER_LIMIT);
  parseBodies(app);
  guardAnswers(app);
  followRequests(app, requestTimeoutMs);
  refuseStrayCredentials(app);
  readIds(app);
  limitLoad(app, requests);
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A client that is cut off while it sends does not see the answer: the rest is read and dropped instead.
    if (reply.statusCode === 413) reply.removeHeader('connection');
    done(null, payload);
  });
  installErrors(app, deps.logger);
  return app;
}
