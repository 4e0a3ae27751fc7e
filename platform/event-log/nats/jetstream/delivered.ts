import { type Msg, type NatsConnection, nanos } from '@nats-io/transport-node';
import { retryFor } from './errors.ts';

/** A message that a durable consumer delivered, and what can be answered. */
export interface Delivered {
  readonly message: Msg;
  /** In the log's stream. */
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly attempt: number;
  /** By the server's clock. */
  readonly publishedAt: Date;
  /** Resolves once the server has taken the acknowledgement. */
  acknowledge(): Promise<void>;
  /** The acknowledgement wait starts anew; nobody waits for the server's answer. */
  working(): void;
  /** Delivers again after `afterMs`. */
  putBack(afterMs: number): void;
  /** Never delivers again. */
  terminate(reason: string): void;
}

/** How long an acknowledgement is tried: longer than a leader's death makes the server pause. */
const ACK_MS = 15_000;
/** Limit of one attempt: a request that is lost with its connection is never answered. */
const ATTEMPT_TIMEOUT_MS = 2_000;

/**
 * Reads what the reply subject says of the delivery:
 * `$JS.ACK[.<domain>.<account>].<stream>.<consumer>.<attempt>.<sequence>.<delivery>.<time in ns>.<pending>[.<token>]`
 * (ADR-15 of NATS).
 * @throws Error when the message did not come from a consumer
 */
export function delivered(connection: NatsConnection, message: Msg): Delivered {
  const { reply = '' } = message;
  const tokens = reply.split('.');
  const [attempt, sequence, , time] = tokens.slice(tokens.length === 9 ? 4 : 6).map(Number);
  if (!reply.startsWith('$JS.ACK.') || !attempt || !sequence || !time)
    throw new Error(`A message on ${message.subject} came from no consumer`);
  const answer = (payload: string) => {
    if (!connection.isClosed()) connection.publish(reply, payload);
  };
  return {
    message,
    sequence,
    attempt,
    publishedAt: new Date(time / 1e6),
    acknowledge: async () => {
      await retryFor(() => connection.request(reply, '+ACK', { timeout: ATTEMPT_TIMEOUT_MS }), ACK_MS);
    },
    working: () => answer('+WPI'),
    putBack: (afterMs) => answer(afterMs > 0 ? `-NAK ${JSON.stringify({ delay: nanos(afterMs) })}` : '-NAK'),
    terminate: (reason) => answer(`+TERM ${reason}`),
  };
}
