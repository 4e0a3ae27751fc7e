import type { FastifyReply } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { errorTable, statusOf } from '../../platform/errors/errors.ts';
import { EVENT_STREAM, eventText } from '../../platform/serving/event-stream/event-stream.ts';
import {
  acceptedType,
  type MediaType,
  prefersEventStream,
} from '../../platform/serving/graphql/media-type.ts';
import { RETRY_AFTER_SECONDS } from '../../platform/serving/http/http.ts';
import type { Answer } from '../operations/present.ts';

function statusOfError({ extensions }: GraphQLFormattedError, type: MediaType): number {
  const code = extensions?.['code'];
  // Clients of automatic persisted queries expect 200, and then send the text.
  if (code === 'PERSISTED_QUERY_NOT_FOUND' && type === 'application/json') return 200;
  return statusOf(code);
}

/** The default status of an answer. */
function statusBy({ data, errors = [] }: Answer, type: MediaType): number {
  // Clients and proxies that only look at the status see an overload, too.
  const overloaded = !data && errors.some(({ extensions }) => extensions?.['code'] === 'OVERLOADED');
  if (overloaded) return errorTable.OVERLOADED.status;
  return data === undefined && errors[0] ? statusOfError(errors[0], type) : 200;
}

/** A printed result as an event of the protocol `graphql-sse`. */
const printedEvent = (json: string): string => eventText({ event: 'next', data: json });

/** A result as an event of the protocol `graphql-sse`. */
export const resultEvent = (answer: Answer): string => printedEvent(JSON.stringify(answer));

/** Nothing comes after it, and there is nothing to come back for. */
export const COMPLETE = eventText({ event: 'complete', data: '' });

/** Statuses that a client or proxy acts by, whatever the client would rather read. */
const ACTED_BY: ReadonlySet<number> = new Set([401, 405, 406, 429, 503]);

const typeOf = ({ request }: FastifyReply): MediaType =>
  acceptedType(request.headers.accept) ?? 'application/json';

/** Sends a printed answer in the media type that the request accepts. */
export function sendJson(reply: FastifyReply, status: number, json: string): FastifyReply {
  const asEvents = prefersEventStream(reply.request.headers.accept) && !ACTED_BY.has(status);
  const type = asEvents ? EVENT_STREAM : typeOf(reply);
  return reply
    .status(asEvents ? 200 : status)
    .header('content-type', `${type}; charset=utf-8`)
    .send(asEvents ? printedEvent(json) + COMPLETE : json);
}

/** Sends an answer in the media type that the request accepts. Default status: by the answer's errors. */
export function sendAnswer(reply: FastifyReply, answer: Answer, status?: number): FastifyReply {
  const code = status ?? statusBy(answer, typeOf(reply));
  if (code === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return sendJson(reply, code, JSON.stringify(answer));
}
