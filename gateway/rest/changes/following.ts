import type { FastifyRequest } from 'fastify';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../../admission/context.ts';
import type { Subscription, Told } from '../../subscriptions/followed.ts';
import { type AskedBy, dataWithin, givenBy, variablesOf } from '../answering/answer.ts';
import type { OpenRoute } from '../answering/open-route.ts';
import { unavailableOf } from '../answering/unavailable.ts';
import { answerOf, type Json } from '../mapping/json.ts';
import { describe, Failed, failuresOf } from '../problems/failures.ts';
import { type Problem, problemOf } from '../problems/problem.ts';

/** A change as REST tells it. */
export interface Change {
  readonly cursor: string;
  /** The change's kind: of a run its state. */
  readonly kind: string;
  /** The whole change. */
  readonly json: Json;
}

/** Why nothing more comes. */
export interface End extends Problem {
  /** The cursor of the last change that was told, or else the one that was asked for. */
  readonly after: string | null;
}

/**
 * Changes as a request asks for them, by a route that is a subscription.
 * @throws at once: Failed, OperationRefused for parameters that are wrong
 */
export function checkedChanges(
  open: OpenRoute,
  asked: AskedBy,
  context: GatewayContext,
): Pick<Subscription, 'operation' | 'variables'> & { readonly after: string | null } {
  const variables = variablesOf(open, givenBy(open, asked, context));
  const { operation } = open;
  operation.check(variables);
  const { after } = variables as { readonly after?: string | null };
  return { operation, variables, after: after ?? null };
}

/** The parameters of a request, with the header by which a browser resumes. */
export function askedBy({ params, query, headers }: FastifyRequest): AskedBy {
  const { 'last-event-id': last } = headers;
  const given = query as Readonly<Record<string, unknown>>;
  return { params, headers, body: undefined, query: last ? { ...given, after: last } : given };
}

/** @throws Failed when the change itself could not be had */
export function changeOf(open: OpenRoute, { result, cursor }: Told): Change {
  const { data, errors = [] } = result;
  const change = data && dataWithin(open, data);
  if (!change || cursor === undefined) throw new Failed(failuresOf(errors));
  const json = answerOf(open.root, change, false);
  if (errors.length > 0) json['unavailable'] = unavailableOf(open, data, errors);
  return { cursor, kind: String(json['kind'] ?? json['state']), json };
}

/** Why the stream of a path ends, for its client. */
export function endOf(reason: unknown, at: { path: string; after: string | null; logger: Logger }): End {
  const [first, ...others] = describe(reason, at.logger);
  return { ...problemOf(first, others, at.path), after: at.after };
}
