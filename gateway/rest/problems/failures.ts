import type { FastifyInstance, FastifyReply } from 'fastify';
import { type ErrorCode, errorTable, isErrorCode } from '../../../platform/errors/errors.ts';
import { answerMissing } from '../../../platform/serving/doors/missing.ts';
import { OperationRefused } from '../../../platform/serving/graphql/operation.ts';
import { describeAndLog } from '../../../platform/serving/http/http.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { type Answer, presentableError } from '../../operations/present.ts';
import { ERRORS_PATH, type Failure, sendProblem, titleOf } from './problem.ts';

type GraphErrors = NonNullable<Answer['errors']>;

/** One or more failures of a request. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map(({ message }) => message).join('\n'));
    this.failures = failures;
  }
}

/** Converts errors of the graph, formatted for clients, to failures. */
export const failuresOf = (errors: GraphErrors): Failure[] =>
  errors.map(({ message, extensions = {} }) => {
    const { code, field } = extensions;
    return {
      code: isErrorCode(code) ? code : 'INTERNAL',
      message,
      field: typeof field === 'string' ? field : undefined,
    };
  });

/** The failures that an error tells of. Faults of ours are logged. */
export function describe(error: unknown, logger: Logger): readonly Failure[] {
  if (error instanceof Failed) return error.failures;
  if (error instanceof OperationRefused) return failuresOf(presentableError(error, logger).errors ?? []);
  return describeAndLog(error, logger);
}

/** Answers all errors in `scope` with problem details. */
export function handleErrors(scope: FastifyInstance, logger: Logger): void {
  scope.setErrorHandler((error, _request, reply) => sendProblem(reply, describe(error, logger)));
}

const PREFIX = '/api/v1';

/** Answers unknown routes and malformed paths below `/api/v1` with problem details. */
export function handleUnknownRoutes(app: FastifyInstance, logger: Logger): void {
  app.tellUnrouted = (reply, failure) =>
    reply.request.url.startsWith(`${PREFIX}/`) ? sendProblem(reply, [failure]) : null;
  app.register(
    async (scope) => {
      handleErrors(scope, logger);
      answerMissing(scope);
    },
    { prefix: PREFIX },
  );
}

const explanation = (code: ErrorCode) => ({
  code,
  title: titleOf(code),
  status: errorTable[code].status,
  meaning: errorTable[code].meaning,
});

const forADay = (reply: FastifyReply) => reply.header('cache-control', 'public, max-age=86400');

/** Serves the error table at `GET /api/v1/errors` and `/api/v1/errors/:code`, the `type` URIs of problems. Public. */
export function errorTableRoutes(scope: FastifyInstance): void {
  scope.get(ERRORS_PATH, (_request, reply) =>
    forADay(reply).send({ errors: (Object.keys(errorTable) as ErrorCode[]).map(explanation) }),
  );
  scope.get<{ Params: { readonly code: string } }>(`${ERRORS_PATH}/:code`, (request, reply) => {
    const { code } = request.params;
    if (isErrorCode(code)) return forADay(reply).send({ error: explanation(code) });
    throw new Failed([{ code: 'NOT_FOUND', message: 'There is no such code.' }]);
  });
}
