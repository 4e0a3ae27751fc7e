import type { FastifyReply } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { errorTable, statusOf } from '../../platform/errors/errors.ts';
import { acceptedType, type MediaType } from '../../platform/serving/graphql/media-type.ts';
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

const typeOf = ({ request }: FastifyReply): MediaType =>
  acceptedType(request.headers.accept) ?? 'application/json';

/** Sends a printed answer in the media type that the request accepts. */
export const sendJson = (reply: FastifyReply, status: number, json: string): FastifyReply =>
  reply
    .status(status)
    .header('content-type', `${typeOf(reply)}; charset=utf-8`)
    .send(json);

/** Sends an answer in the media type that the request accepts. Default status: by the answer's errors. */
export function sendAnswer(reply: FastifyReply, answer: Answer, status?: number): FastifyReply {
  const code = status ?? statusBy(answer, typeOf(reply));
  if (code === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return sendJson(reply, code, JSON.stringify(answer));
}
