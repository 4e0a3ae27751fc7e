import type { FastifyRequest } from 'fastify';
import type { UserTokens } from '../../platform/identity/users/user-tokens.ts';
import { bearerToken } from '../../platform/serving/access/authenticate.ts';
import type { EventStreams, StreamSession } from '../../platform/serving/event-stream/streams.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Follow } from './subscriptions.ts';

/** What answers subscriptions with event streams, in GraphQL's words or REST's. */
export interface Streaming {
  readonly streams: EventStreams;
  readonly follow: Follow;
  /** Tells until when a token is accepted. */
  readonly userTokens: Pick<UserTokens, 'acceptedUntil'>;
  readonly logger: Logger;
}

/** Whose the stream of a request is that was let in. */
export const sessionOf = (
  { headers }: Pick<FastifyRequest, 'headers'>,
  { viewer }: GatewayContext,
  { userTokens }: Pick<Streaming, 'userTokens'>,
): StreamSession => ({
  userId: viewer.userId,
  until: userTokens.acceptedUntil(bearerToken(headers.authorization)),
});
