import type { GraphQLFormattedError } from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { EventStream } from '../../platform/serving/event-stream/event-stream.ts';
import { isResumable, type Receiver, ServiceStops } from '../../platform/serving/event-stream/pour.ts';
import { refusedBy } from '../../platform/serving/graphql/operation.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import { presentableError } from '../operations/present.ts';
import type { Told } from '../subscriptions/followed.ts';
import type { Streaming } from '../subscriptions/streaming.ts';
import { COMPLETE, resultEvent } from './graph-answer.ts';
import type { StreamSubscription } from './graph-over-http.ts';

/** Characters of a subscription's variables, which are kept for as long as the subscription is. */
const LONGEST_VARIABLES = 128 * 1024;

const tooLarge = refusedBy(
  new BlobgraphError(
    'QUERY_TOO_COMPLEX',
    `The variables of a subscription have at most ${LONGEST_VARIABLES} characters. Send less.`,
  ),
);

/** The last result of a subscription: why it ends, and after which cursor it would go on. */
function lastResult(reason: unknown, cursor: string | undefined, logger: Logger): string {
  const { errors = [], ...rest } = presentableError(reason, logger);
  const placed = ({ extensions, ...error }: GraphQLFormattedError) => ({
    ...error,
    extensions: { ...extensions, ...(cursor !== undefined && { cursor }) },
  });
  return resultEvent({ errors: errors.map(placed), ...rest });
}

/** Tells results by the protocol `graphql-sse`, in its mode of distinct connections. */
function receiverOf(stream: EventStream, logger: Logger): Receiver<Told> {
  let last: string | undefined;
  return {
    item({ result, cursor }) {
      last = cursor;
      return stream.send(resultEvent(result));
    },
    async end(reason) {
      // Without `complete`, clients come back by themselves.
      if (!(reason instanceof ServiceStops)) await stream.send(lastResult(reason, last, logger));
      if (!isResumable(reason)) await stream.send(COMPLETE);
      stream.end();
    },
  };
}

/** Answers subscriptions with event streams (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md). */
export function streamSubscriptions(streaming: Streaming): StreamSubscription<GatewayContext> {
  const { streams, follow, sessions, logger } = streaming;
  return async (request, reply, { operation, variables, context }) => {
    if (JSON.stringify(variables).length > LONGEST_VARIABLES) throw tooLarge;
    const session = sessions.open(context.viewer, request.headers.authorization);
    await streams.answer<Told>(request, reply, {
      session,
      open: () => follow({ operation, variables, session }),
      receiver: (stream) => receiverOf(stream, logger),
    });
    return undefined;
  };
}
