import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { deadlineExceeded, deadlineIn, timeoutFrom } from '../deadline.ts';
import { BlobgraphError, type ErrorCode, errorTable, InputErrors, shortMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { idOfSegment } from '../service-path.ts';
import { currentTrace, traceFrom, withTrace } from '../trace.ts';
import { isUnavailable, STORE_UNAVAILABLE } from '../unavailable.ts';
import { parseBodies } from './body.ts';
import { limitLoad } from './load.ts';

/** Larger bodies are answered with 413. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

interface RestError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
}

const internal: RestError = { code: 'INTERNAL', message: 'Something went wrong on our side.' };

const nothingThere: RestError = { code: 'NOT_FOUND', message: 'There is nothing at this path.' };

/** The framework's own refusals, in our words. */
const frameworkErrors: Readonly<Record<string, RestError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The request body is larger than 8 MiB. Send less at once.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'BAD_REQUEST',
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
  // What a plugin refuses: of a path that leads out of its folder, it says that it is forbidden.
  if (statusCode === 403 || statusCode === 404) return [nothingThere];
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return [{ code: 'BAD_REQUEST', message: 'The request is not well-formed.' }];
  return null;
}

/** When to come again, where that is worth trying. */
export const RETRY_AFTER_SECONDS = 1;

/** Gives a reply its code's status and, where that says that it will pass, when to come again. */
export function refuse(reply: FastifyReply, code: ErrorCode): FastifyReply {
  const { status } = errorTable[code];
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.status(status);
}

function installErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, _request, reply) => {
    const described = describeError(error);
    const requestId = currentTrace()?.requestId;
    if (!described) logger.error({ err: error, requestId }, 'request failed');
    else if (isUnavailable(error)) logger.warn({ err: error, requestId }, 'a store is out of reach');
    const [first = internal, ...others] = described ?? [internal];
    const body = {
      error: first,
      ...(others.length > 0 ? { errors: [first, ...others] } : {}),
      request_id: requestId,
    };
    return refuse(reply, first.code).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const error: RestError = {
      code: 'NOT_FOUND',
      message: shortMessage(`There is nothing at ${request.method} ${request.url.split('?')[0]}.`),
    };
    return reply.status(404).send({ error, request_id: currentTrace()?.requestId });
  });
}

/** Answers what is refused before any hook runs. */
function refuseUnrouted(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const [refusal = internal] = describeError(error) ?? [];
  const { requestId } = traceFrom(request.headers);
  refuse(reply, refusal.code)
    .header('x-request-id', requestId)
    .send({ error: refusal, request_id: requestId });
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
  /** Between two looks at who has not sent what they should have. */
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

/** Makes ids of a path what they were before the path was built. */
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
    // What still comes over a connection that is kept while the server closes is answered like the rest.
    return503OnClosing: false,
    requestTimeout: timeouts.requestMs,
    connectionTimeout: timeouts.idleMs,
    http: { headersTimeout: timeouts.headMs, connectionsCheckingInterval: timeouts.checkEveryMs },
    routerOptions: { maxParamLength: PATH_PARAMETER_LIMIT },
    frameworkErrors: refuseUnrouted,
    logger: false,
  });
  app.server.maxConnections = connections;
  parseBodies(app);
  followRequests(app, requestTimeoutMs);
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
