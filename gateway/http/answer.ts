import type { FastifyReply } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { errorTable, isErrorCode } from '../../platform/errors.ts';
import { RETRY_AFTER_SECONDS } from '../../platform/serving/http.ts';
import type { Answer } from '../operations/present.ts';
import { acceptedType, type MediaType } from './media-type.ts';

function statusOf({ extensions }: GraphQLFormattedError, type: MediaType): number {
  const code = extensions?.['code'];
  // Clients of persisted queries take it for an answer like any other, upon which they send the text.
  if (code === 'PERSISTED_QUERY_NOT_FOUND' && type === 'application/json') return 200;
  return isErrorCode(code) ? errorTable[code].status : 500;
}

/** The status that an answer has by itself. */
function statusBy({ data, errors = [] }: Answer, type: MediaType): number {
  // A whole operation that was refused for overload is told so to clients that know only HTTP.
  const overloaded = !data && errors.some(({ extensions }) => extensions?.['code'] === 'OVERLOADED');
  if (overloaded) return errorTable.OVERLOADED.status;
  return data === undefined && errors[0] ? statusOf(errors[0], type) : 200;
}

/** Sends an answer in the form that the request accepts, with `status` or the one that it has by itself. */
export function sendAnswer(reply: FastifyReply, answer: Answer, status?: number): FastifyReply {
  const type = acceptedType(reply.request.headers.accept) ?? 'application/json';
  const told = status ?? statusBy(answer, type);
  if (told === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.status(told).header('content-type', `${type}; charset=utf-8`).send(JSON.stringify(answer));
}
