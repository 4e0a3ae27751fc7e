import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../../../platform/serving/doors/methods.ts';
import { type EventStream, eventText } from '../../../platform/serving/event-stream/event-stream.ts';
import type { Receiver } from '../../../platform/serving/event-stream/pour.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../../admission/context.ts';
import type { Told } from '../../subscriptions/followed.ts';
import type { Streaming } from '../../subscriptions/streaming.ts';
import type { OpenRoute } from '../answering/open-route.ts';
import { askedBy, changeOf, checkedChanges, endOf } from './following.ts';

function receiverOf(
  stream: EventStream,
  { open, path, after, logger }: { open: OpenRoute; path: string; after: string | null; logger: Logger },
): Receiver<Told> {
  let last = after;
  return {
    item(told) {
      const { cursor, kind, json } = changeOf(open, told);
      last = cursor;
      return stream.send(eventText({ id: cursor, event: kind, data: JSON.stringify(json) }));
    },
    async end(reason) {
      const end = endOf(reason, { path, after: last, logger });
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
  { open, context, events }: { open: OpenRoute; context: GatewayContext; events: Streaming },
): Promise<void> {
  const { streams, follow, sessions, logger } = events;
  let joined = () => {};
  const good = new Promise<void>((resolve) => {
    joined = resolve;
  });
  const asked = checkedChanges(open, askedBy(request), context);
  const session = sessions.open(context.viewer, request.headers.authorization);
  await streams.answer<Told>(request, reply, {
    session,
    open: () => follow({ ...asked, session, joined }),
    receiver: (stream) => receiverOf(stream, { open, path: pathOf(request.url), after: asked.after, logger }),
    ready: (first) => Promise.race([first, good]),
  });
}
