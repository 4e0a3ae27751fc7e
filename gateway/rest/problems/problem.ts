import type { FastifyReply } from 'fastify';
import { type ErrorCode, errorTable, shortMessage } from '../../../platform/errors/errors.ts';
import { forgetAnswer, internal, refuse } from '../../../platform/serving/http/http.ts';
import { currentTrace } from '../../../platform/telemetry/trace.ts';

/** The media type of problem details (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** One failure of a request. */
export interface Failure {
  /** Determines the answer's status, when the failure is the first. */
  readonly code: ErrorCode;
  readonly message: string;
  /** The path of the invalid input, e.g. `data.metadata.chapter_num`. */
  readonly field?: string | undefined;
}

/** Problem details (RFC 9457). `type`, `title`, `status`, `detail` and `instance` are standard members. */
export interface Problem {
  /** The URI that explains the code, relative to the gateway. */
  readonly type: string;
  /** A summary of the code, the same for all problems of a type. */
  readonly title: string;
  /** That of `code` in the error table. */
  readonly status: number;
  /** At most 1,000 UTF-16 units of the first failure's message. */
  readonly detail: string;
  /** The requested path. */
  readonly instance: string;
  /** That of the first failure. */
  readonly code: ErrorCode;
  /** That of the first failure; absent when it names none. */
  readonly field?: string;
  /** All failures, including the first, when there are several. */
  readonly errors?: readonly { readonly code: ErrorCode; readonly detail: string; readonly field?: string }[];
  /** As in the header `x-request-id` of the answer; empty without one. */
  readonly request_id: string;
}

/** The path below which error codes are explained. */
export const ERRORS_PATH = '/api/v1/errors';

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

/** A code's summary. */
export const titleOf = (code: ErrorCode): string => firstSentence(errorTable[code].meaning);

const withField = ({ field }: Failure) => (field ? { field } : {});

/** The problem details for one or more failures. The first one, by default INTERNAL, determines the status. */
export function problemOf(
  first: Failure = internal,
  others: readonly Failure[] = [],
  url = '',
  requestId = currentTrace()?.requestId ?? '',
): Problem {
  const { code, message } = first;
  const toError = (failure: Failure) => ({
    code: failure.code,
    detail: shortMessage(failure.message),
    ...withField(failure),
  });
  return {
    type: `${ERRORS_PATH}/${code}`,
    title: titleOf(code),
    status: errorTable[code].status,
    detail: shortMessage(message),
    instance: shortMessage(url.split('?')[0] ?? ''),
    code,
    ...withField(first),
    ...(others.length > 0 ? { errors: [first, ...others].map(toError) } : {}),
    request_id: requestId,
  };
}

/** Answers failures with problem details. Without failures, the problem is INTERNAL. */
export function sendProblem(reply: FastifyReply, [first, ...others]: readonly Failure[]): FastifyReply {
  const requestId = String(reply.getHeader('x-request-id') ?? '');
  const problem = problemOf(first, others, reply.request.url, requestId);
  return refuse(forgetAnswer(reply), problem.code)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}
