import { MessageRefused } from './errors.ts';
import { isSubject } from './subjects.ts';

/** Where a message stands in the log. Positions of different epochs do not compare. */
export interface Position {
  /** Identifies the stream's incarnation: a stream that is created again has another epoch. */
  readonly epoch: string;
  /** From 1, growing, with gaps. 0 is before the first message. */
  readonly sequence: number;
}

export interface OutgoingMessage {
  /** Dot-separated tokens, e.g. `blob.created.alice`. */
  readonly subject: string;
  /** Stable message id: the same for every attempt to publish the same thing. Printable, without spaces. */
  readonly id: string;
  /** Names are HTTP tokens that do not start with `Nats-`; values are one line without spaces around it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Any bytes; the log keeps them as they are. */
  readonly body: Uint8Array;
}

export interface LoggedMessage extends OutgoingMessage {
  readonly position: Position;
  /** When the log took it, by the log's clock. */
  readonly publishedAt: Date;
}

export interface PublishAck {
  /** Of the message; where it is a duplicate, of the one that was published first. */
  readonly position: Position;
  /** Whether the log had this id already, and appended nothing. */
  readonly duplicate: boolean;
}

export interface ReadOptions {
  /** Subject filters, as of `ConsumeOptions.subjects`. */
  readonly subjects: readonly string[];
  /** Default: the head, so that only new ones come. */
  readonly after?: Position;
  /** Ends the reading when it aborts, without an error. Default: nothing does. */
  readonly signal?: AbortSignal;
}

export interface RangeOptions {
  /** Without wildcards, each once. */
  readonly subjects: readonly string[];
  /** The range begins behind it; sequence 0 stands before the first message. */
  readonly after: Position;
  /** The last sequence that is asked for; the log has reached it. */
  readonly through: number;
  /** Messages at most. Default: 256. */
  readonly limit?: number;
  /** Bytes after which no further message is given; at least one is. Default: 262,144. */
  readonly maxBytes?: number;
  /** Rejects with its reason when it aborts. Default: nothing does. */
  readonly signal?: AbortSignal;
}

export interface LogRange {
  /** Oldest first. */
  readonly messages: readonly LoggedMessage[];
  /** The range is complete up to this sequence: `through`, or that of the last message where there may be more. */
  readonly through: number;
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^(?!\s)[^\p{Cc}\p{Cs}]*(?<!\s)$/u;
const ID = /^[^\s\p{Cc}\p{Cs}]+$/u;

/** Bytes that a message counts for in the log's limits. */
export const messageSize = (message: OutgoingMessage): number =>
  Object.entries(message.headers).reduce(
    (size, [name, value]) => size + name.length + Buffer.byteLength(value) + 4,
    message.body.byteLength + Buffer.byteLength(message.subject) + Buffer.byteLength(message.id),
  );

export const tooLarge = (message: OutgoingMessage, maxBytes: number): MessageRefused =>
  new MessageRefused(
    `body: message ${message.id} is larger than the ${maxBytes} bytes that the log takes; publish a reference instead`,
  );

/** @throws MessageRefused when no log would take the message, whichever adapter holds it */
export function assertPublishable(message: OutgoingMessage): void {
  if (!isSubject(message.subject))
    throw new MessageRefused(
      `subject: ${JSON.stringify(message.subject)} must be dot-separated tokens without spaces or wildcards`,
    );
  if (!ID.test(message.id))
    throw new MessageRefused(`id: ${JSON.stringify(message.id)} must be printable, without spaces`);
  for (const [name, value] of Object.entries(message.headers)) {
    if (!HEADER_NAME.test(name) || name.startsWith('Nats-'))
      throw new MessageRefused(`headers: ${JSON.stringify(name)} is no name that a header may have`);
    if (!HEADER_VALUE.test(value))
      throw new MessageRefused(`headers: the value of ${name} must be one line without spaces around it`);
  }
}

/** @throws TypeError when `name` cannot name a durable consumer */
export function assertDurableName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new TypeError(`durable: ${JSON.stringify(name)} must be 1 to 64 letters, digits, \`-\` or \`_\``);
}
