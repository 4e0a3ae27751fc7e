import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UserTokens } from '../../../platform/identity/users/user-tokens.ts';
import { bearerToken } from '../../../platform/serving/access/authenticate.ts';
import { type EventStream, eventText } from '../../../platform/serving/event-stream/event-stream.ts';
import type { Receiver } from '../../../platform/serving/event-stream/pour.ts';
import type { EventStreams } from '../../../platform/serving/event-stream/streams.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../../admission/context.ts';
import type { Follow, Told } from '../../subscriptions/subscriptions.ts';
import type { OpenRoute } from '../answering/open-route.ts';
import { askedBy, changeOf, endOf, followChanges } from './following.ts';

export interface EventRoutes {
  readonly streams: EventStreams;
  readonly follow: Follow;
  /** Tells until when a token is accepted. */
  readonly userTokens: Pick<UserTokens, 'acceptedUntil'>;
  readonly logger: Logger;
}

function receiverOf(
  stream: EventStream,
  { open, after, logger }: { open: OpenRoute; after: string | null; logger: Logger },
): Receiver<Told> {
  let last = after;
  return {
    item(told) {
      const { cursor, kind, json } = changeOf(open, told);
      last = cursor;
      return stream.send(eventText({ id: cursor, event: kind, data: JSON.stringify(json) }));
    },
    async end(reason) {
      const end = endOf(reason, { path: open.route.path, after: last, logger });
      await stream.send(eventText({ event: 'end', data: JSON.stringify(end) }));
      stream.end();
    },
  };
}

/**
 * Answers a request to a route that is a subscription with an event stream. A cursor that leads nowhere is refused before
 * it begins. @throws as `EventStreams.answer`; Failed
 */
export async function answerWithEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { open, context, events }: { open: OpenRoute; context: GatewayContext; events: EventRoutes },
): Promise<void> {
  const { streams, follow, userTokens, logger } = events;
  const until = userTokens.acceptedUntil(bearerToken(request.headers.authorization));
  let joined = () => {};
  const good = new Promise<void>((resolve) => {
    joined = resolve;
  });
  const { after, told } = followChanges(open, askedBy(request), { follow, context, joined: () => joined() });
  await streams.answer<Told>(request, reply, {
    session: { userId: context.viewer.userId, until },
    open: () => told,
    receiver: (stream) => receiverOf(stream, { open, after, logger }),
    ready: (first) => Promise.race([first, good]),
  });
}
