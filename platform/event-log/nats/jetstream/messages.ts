import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { z } from 'zod';
import type { LoggedMessage, OutgoingMessage, Position } from '../../message.ts';
import { deadLetterId } from '../../replay.ts';
import type { DeadLetter } from '../../usage.ts';

/** Subjects as the server sees them: with the installation's prefix, when it has one. */
export interface Subjects {
  /** As the server sees it. */
  outer(subject: string): string;
  /** As the log's users see it; the inverse of `outer`. */
  inner(subject: string): string;
}

export function prefixed(prefix: string | undefined): Subjects {
  if (prefix === undefined) return { outer: (subject) => subject, inner: (subject) => subject };
  return {
    outer: (subject) => `${prefix}.${subject}`,
    inner: (subject) => subject.slice(prefix.length + 1),
  };
}

const MESSAGE_ID = 'Nats-Msg-Id';

export function toHeaders(message: OutgoingMessage): MsgHdrs {
  const result = headers();
  for (const [name, value] of Object.entries(message.headers)) result.set(name, value);
  return result;
}

interface Received {
  readonly subject: string;
  readonly headers?: MsgHdrs | undefined;
  readonly data: Uint8Array;
}

export const fromReceived = (
  received: Received,
  position: Position,
  publishedAt: Date,
  subjects: Subjects,
): LoggedMessage => ({
  position,
  subject: subjects.inner(received.subject),
  id: received.headers?.get(MESSAGE_ID) ?? '',
  headers: Object.fromEntries(
    (received.headers?.keys() ?? [])
      .filter((name) => !name.startsWith('Nats-'))
      .map((name) => [name, received.headers?.get(name) ?? '']),
  ),
  body: received.data,
  publishedAt,
});

const date = z.iso.datetime().transform((text) => new Date(text));

const deadLetterSchema = z.object({
  durable: z.string(),
  reason: z.string(),
  attempts: z.number(),
  setAsideAt: date,
  message: z.object({
    position: z.object({ epoch: z.string(), sequence: z.number() }),
    subject: z.string(),
    id: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
    publishedAt: date,
  }),
});

/** A dead letter as its stream keeps it; the rest follows from it. */
export type KeptLetter = Omit<DeadLetter, 'id' | 'place'>;

export function encodeDeadLetter(letter: KeptLetter): Uint8Array {
  const { position, subject, id, headers, body, publishedAt } = letter.message;
  const message = { position, subject, id, headers, body: Buffer.from(body).toString('base64'), publishedAt };
  return new TextEncoder().encode(JSON.stringify({ ...letter, message }));
}

/** @throws Error that says what is wrong with it, when it is none */
export function decodeDeadLetter({ seq, data }: { seq: number; data: Uint8Array }): DeadLetter {
  const letter: KeptLetter = deadLetterSchema.parse(JSON.parse(new TextDecoder().decode(data)));
  return { ...letter, id: deadLetterId(letter), place: seq };
}
