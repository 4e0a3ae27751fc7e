import { createHash } from 'node:crypto';
import type { LoggedMessage, OutgoingMessage } from './message.ts';
import type { DeadLetter } from './usage.ts';

const SUBJECT = 'blobgraph-replay-subject';
const ID = 'blobgraph-replay-id';
const ATTEMPTS = 'blobgraph-replay-attempts';
const PASSES = 'blobgraph-replay-passes';
const DELIVERIES = 'blobgraph-replay-deliveries';
const OWN: ReadonlySet<string> = new Set([SUBJECT, ID, ATTEMPTS, PASSES, DELIVERIES]);

/** Matches every message for a single consumer. */
export const REPLAYS = 'replay.*';

const PREFIX = 'replay.';

/** Whether a message is for a single consumer. */
export const isReplay = ({ subject }: Pick<OutgoingMessage, 'subject'>): boolean =>
  subject.startsWith(PREFIX);

/** The subject of messages for one consumer only. */
export const replaySubject = (durable: string): string => `${PREFIX}${durable}`;

/** Says nothing of the dead letter but which it is; a position alone repeats when a stream is made anew. */
export function deadLetterId({ durable, message }: Pick<DeadLetter, 'durable' | 'message'>): string {
  const { position, id, publishedAt } = message;
  const parts = [durable, position.epoch, position.sequence, id, publishedAt.getTime()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** Whether {@link deadLetterId} may have made this. */
export const isDeadLetterId = (id: string): boolean => /^[0-9a-f]{24}$/.test(id);

interface Addressee {
  readonly durable: string;
  /** Id of the message that carries the other one. */
  readonly id: string;
  readonly earlierAttempts: number;
  /** Set in a message that is passed on. */
  readonly passed?: { readonly passes: number; readonly deliveries: number };
}

const carry = (
  { subject, id, headers, body }: OutgoingMessage,
  { durable, earlierAttempts, passed, id: outerId }: Addressee,
): OutgoingMessage => ({
  subject: replaySubject(durable),
  id: outerId,
  headers: {
    ...headers,
    [SUBJECT]: subject,
    [ID]: id,
    [ATTEMPTS]: String(earlierAttempts),
    ...(passed ? { [PASSES]: String(passed.passes), [DELIVERIES]: String(passed.deliveries) } : {}),
  },
  body,
});

/** Wraps a message for one consumer only. Deterministic: the same id at every call. */
export const addressed = (durable: string, message: OutgoingMessage) =>
  carry(message, { durable, earlierAttempts: 0, id: `to:${durable}:${message.id}` });

/** Wraps a dead letter for its consumer. Deterministic: the same id at every call. */
export const replayOf = ({ id, durable, attempts, message }: DeadLetter): OutgoingMessage =>
  carry(message, { durable, earlierAttempts: attempts, id: `replay:${id}` });

/** A message as its consumer takes it. */
export interface Replayed {
  /** With the subject, id and headers that it was first published with. */
  readonly message: LoggedMessage;
  /** Deliveries before it was set aside; 0 for a message that was never replayed. */
  readonly earlierAttempts: number;
  /** How often it was passed on to whichever process takes it. */
  readonly passes: number;
  /** Deliveries before it was passed on, those that passed it on left out. */
  readonly deliveries: number;
}

/** Wraps a message that is passed on to another process of its consumer. Deterministic: the same id at every call. */
export const passedOn = (durable: string, { message, earlierAttempts, ...passed }: Replayed) => {
  const { epoch, sequence } = message.position;
  const id = `pass:${durable}:${epoch}:${sequence}`;
  return carry(message, { durable, earlierAttempts, passed: { ...passed, passes: passed.passes + 1 }, id });
};

/** A message of the log; of a wrapped one, the message within. */
export function replayed(message: LoggedMessage): Replayed {
  const { [SUBJECT]: subject, [ID]: id } = message.headers;
  if (!isReplay(message) || subject === undefined || id === undefined)
    return { message, earlierAttempts: 0, passes: 0, deliveries: 0 };
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => !OWN.has(name)));
  const count = (name: string) => Number(message.headers[name] ?? 0);
  return {
    message: { ...message, subject, id, headers },
    earlierAttempts: count(ATTEMPTS),
    passes: count(PASSES),
    deliveries: count(DELIVERIES),
  };
}
