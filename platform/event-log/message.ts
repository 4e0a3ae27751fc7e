import { MessageRefused, type OutgoingMessage } from './log.ts';
import { isSubject } from './subjects.ts';

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
