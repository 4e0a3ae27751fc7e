import { createHash } from 'node:crypto';
import type { DeadLetter, LoggedMessage, OutgoingMessage } from './log.ts';

const SUBJECT = 'blobgraph-replay-subject';
const ID = 'blobgraph-replay-id';
const ATTEMPTS = 'blobgraph-replay-attempts';
const PASSES = 'blobgraph-replay-passes';
const DELIVERIES = 'blobgraph-replay-deliveries';
const OWN: ReadonlySet<string> = new Set([SUBJECT, ID, ATTEMPTS, PASSES, DELIVERIES]);

/** Takes every message that is meant for one consumer. */
export const REPLAYS = 'replay.*';

/** The subject that one consumer takes, and nobody else. */
export const replaySubject = (durable: string): string => `replay.${durable}`;

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
  /** Of the message that carries the other. */
  readonly id: string;
  readonly earlierAttempts: number;
  /** Of a message that is passed on. */
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

/** The message that brings another to one consumer: the same one, and the same id, at every call. */
export const addressed = (durable: string, message: OutgoingMessage) =>
  carry(message, { durable, earlierAttempts: 0, id: `to:${durable}:${message.id}` });

/** The message that brings a dead letter back to its consumer: the same one, and the same id, at every call. */
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

/** The message that passes another on to the consumer's next process: the same one, and the same id, at every call. */
export const passedOn = (durable: string, { message, earlierAttempts, ...passed }: Replayed) => {
  const { epoch, sequence } = message.position;
  const id = `pass:${durable}:${epoch}:${sequence}`;
  return carry(message, { durable, earlierAttempts, passed: { ...passed, passes: passed.passes + 1 }, id });
};

/** A message of the log, or the one that it replays. */
export function replayed(message: LoggedMessage): Replayed {
  const { [SUBJECT]: subject, [ID]: id } = message.headers;
  if (!message.subject.startsWith('replay.') || subject === undefined || id === undefined)
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
