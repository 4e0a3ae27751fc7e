import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Config } from '../../platform/config/config.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { assertMayWrite, isOperator } from '../../platform/identity/users/scopes.ts';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { MayRun } from './operation.ts';

type Policy = Config['introspection'];

const mayReadSchema = (policy: Policy, viewer: Viewer): boolean =>
  policy === 'everybody' || (policy === 'operators' && isOperator(viewer));

/**
 * Readers may not run mutations, and introspection follows the policy. Applies to GraphQL over HTTP, WebSocket and
 * REST, since all of them run operations.
 */
export const permissions =
  (policy: Policy): MayRun<GatewayContext> =>
  ({ kind, introspects }, { viewer }) => {
    if (kind === OperationTypeNode.MUTATION) assertMayWrite(viewer);
    if (!introspects || mayReadSchema(policy, viewer)) return;
    const message = 'Introspection is disabled here: `__schema` and `__type` are not answered.';
    throw new BlobgraphError('INTROSPECTION_DISABLED', message);
  };

/** Suggestions in graphql-js's messages, which disclose names of the schema. */
const SUGGESTION = / Did you mean (?:the |to |").*$/s;

function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(SUGGESTION, '');
  if (message === error.message) return error;
  const { nodes = null, extensions } = error;
  return new GraphQLError(message, { nodes, extensions });
}

/** Removes suggestions from a refusal for viewers who may not read the schema. */
export const redactRefusals =
  (policy: Policy) =>
  (error: OperationRefused, viewer: Viewer): OperationRefused =>
    mayReadSchema(policy, viewer) ? error : new OperationRefused(error.errors.map(withoutSuggestion));
