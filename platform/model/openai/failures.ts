import { ModelContextExceeded, ModelError, ModelRefused, ModelTimeout, ModelUnavailable } from '../errors.ts';
import { because, type Reason } from './reason.ts';

/** A failure that a server tells of, by its HTTP status, 200 where it stands in an answer, and the reason that it gives. */
export function failureOf(status: number, reason: Reason, retryAfterMs: number | null): ModelError {
  const { kind, details } = reason;
  const server = { concerns: 'server', details } as const;
  if (kind === 'context')
    return new ModelContextExceeded(because('The text is too long for the language model', reason), {
      details,
    });
  if (kind === 'filter')
    return new ModelRefused(because('The language model’s content filter refused this text', reason), {
      details,
    });
  if (status === 402 || kind === 'quota')
    return new ModelRefused(because('The language model’s quota is used up', reason), server);
  // The reason is for who runs this service: it may quote the key.
  if (status === 401 || status === 403)
    return new ModelRefused('The language model refused this service’s credentials.', server);
  if (status === 404)
    return new ModelRefused(
      because('The configured language model does not exist at its endpoint', reason),
      server,
    );
  if (status === 429)
    return new ModelUnavailable(because('The language model is overloaded or its quota is used up', reason), {
      ...server,
      retryAfterMs,
    });
  if (status === 200) return new ModelUnavailable(because('The language model failed', reason), { details });
  if (status === 408 || status === 425 || status >= 500) {
    const concerns = status === 500 ? 'text' : 'server';
    const message = because(`The language model failed (HTTP ${status})`, reason);
    return new ModelUnavailable(message, { concerns, details, retryAfterMs });
  }
  return new ModelRefused(because(`The language model refused the request (HTTP ${status})`, reason), {
    details,
  });
}

/** A request's time was over. */
export const tookTooLong = (): ModelTimeout =>
  new ModelTimeout('The language model took too long over one answer.');

/** Nothing came for too long. */
export const silent = (): ModelTimeout => new ModelTimeout('The language model stopped answering.');

/** A broken connection's error; `begun` when there was an answer already. An abort keeps its own reason. */
export function connectionFailure(cause: unknown, signal: AbortSignal, begun: boolean): unknown {
  if (cause instanceof ModelError) return cause;
  if (signal.aborted) return signal.reason;
  const message = 'The language model cannot be reached or broke the connection.';
  return new ModelUnavailable(message, { cause, concerns: begun ? 'text' : 'server' });
}
