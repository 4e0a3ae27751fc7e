import { Agent, request } from 'undici';
import type { Config, ServiceName } from '../config.ts';
import { BlobgraphError, isErrorCode } from '../errors.ts';
import type { ServiceTokens, Viewer } from '../identity/service-tokens.ts';
import { currentTrace } from '../trace.ts';

/** One call of a service's REST. */
export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its leading slash, parts percent-encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** On whose behalf; null when the service asks for itself. */
  readonly viewer: Viewer | null;
  /** Milliseconds to the end of the answer; default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Where a call goes: one of ours by its name, or a base URL. */
export type ServiceTarget = ServiceName | { readonly baseUrl: string };

/** Calls other services with a signed identity and the current trace. */
export interface ServiceHttp {
  /**
   * The parsed JSON of a 2xx answer.
   * @throws BlobgraphError with the service's own code, or SERVICE_UNAVAILABLE when it did not answer in time
   */
  call(target: ServiceTarget, call: ServiceCall): Promise<unknown>;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;

interface RestAnswer {
  error?: { code?: unknown; message?: unknown; field?: unknown };
}

function refusal(service: string, status: number, body: unknown): BlobgraphError {
  const { error } = (body ?? {}) as RestAnswer;
  if (isErrorCode(error?.code) && typeof error.message === 'string') {
    return new BlobgraphError(error.code, error.message, {
      field: typeof error.field === 'string' ? error.field : null,
    });
  }
  return unavailable(service, new Error(`status ${status}`));
}

const unavailable = (service: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', `The ${service} service did not answer. Try again later.`, {
    cause,
  });

/** The JSON of an answer, null of an empty one; undefined when it is none: something in between answered. */
async function parseBody(answer: { body: { text(): Promise<string> } }): Promise<unknown> {
  const text = await answer.body.text();
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `caller`: the name under which this process asks. */
export function createServiceHttp(deps: {
  caller: string;
  urls: Config['urls'];
  tokens: ServiceTokens;
}): ServiceHttp {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 30_000, connectTimeout: 3_000 });
  return {
    async call(target, { method, path, body, viewer, timeoutMs = DEFAULT_TIMEOUT_MS, signal }) {
      const [name, baseUrl] =
        typeof target === 'string'
          ? [target, deps.urls[target]]
          : [new URL(target.baseUrl).host, target.baseUrl];
      const trace = currentTrace();
      const limit = AbortSignal.timeout(timeoutMs);
      const headers = {
        authorization: `Bearer ${await deps.tokens.sign({ service: deps.caller, viewer })}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(trace ? { traceparent: trace.traceparent, 'x-request-id': trace.requestId } : {}),
      };
      const [status, parsed] = await request(`${baseUrl}${path}`, {
        method,
        headers,
        dispatcher: agent,
        signal: signal ? AbortSignal.any([limit, signal]) : limit,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
        .then(async (answer) => [answer.statusCode, await parseBody(answer)] as const)
        .catch((error: unknown) => {
          throw unavailable(name, error);
        });
      if (status < 200 || status > 299) throw refusal(name, status, parsed);
      if (parsed === undefined) throw unavailable(name, new Error('the answer is not JSON'));
      return parsed;
    },
    close: () => agent.destroy(),
  };
}
