import { onTestFinished } from 'vitest';
import type { ConsumeOptions, Consumption, Delivery, MessageHandler } from '../consuming.ts';
import type { EventLog } from '../log.ts';
import type { LoggedMessage, OutgoingMessage } from '../message.ts';
import type { Retention } from '../retention.ts';

export interface OpenOptions {
  readonly dedupWindowMs?: number;
  readonly retention?: Partial<Retention>;
  readonly publishTimeoutMs?: number;
}

/** One log of its own, for one test. What it holds is published on `blob.>` and `book.>`. */
export interface EventLogFixture {
  /** Opens the log as a process does that starts. */
  open(options?: OpenOptions): Promise<EventLog>;
  /** The log in another process; the same one when the adapter is for one process. */
  peer(log: EventLog): Promise<EventLog>;
  /** Ends a log as `kill -9` does: without a last word to the store. */
  kill(log: EventLog): Promise<void>;
  /** Makes all that was published so far older than the log keeps; `purge`, the default: and nobody has it to acknowledge. */
  expire(how?: 'purge' | 'age'): Promise<void>;
  /** Loses the stream while nobody has it open: whoever opens it next makes it anew. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

export const message = (subject: string, id: string): OutgoingMessage => ({
  subject,
  id,
  headers: { 'ce-id': id },
  body: text(`{"id":"${id}"}`),
});

export const idsOf = (messages: readonly { readonly id: string }[]): string[] => messages.map(({ id }) => id);

/** Messages behind a sequence that were delivered, each counted once. */
export const deliveredAfter = (sequence: number, deliveries: readonly Delivery[]): number =>
  new Set(deliveries.map(({ position }) => position.sequence).filter((at) => at > sequence)).size;

/** The next `count` messages. */
export async function collect(
  reader: AsyncIterableIterator<LoggedMessage>,
  count: number,
): Promise<LoggedMessage[]> {
  const messages: LoggedMessage[] = [];
  while (messages.length < count) {
    const { done, value } = await reader.next();
    if (done) throw new Error(`The log ended after ${messages.length} of ${count} messages`);
    messages.push(value);
  }
  return messages;
}

/** Listens until the test is over. */
export async function heard(log: EventLog, subjects: readonly string[]) {
  const announcements: string[] = [];
  const listening = await log.listen(subjects, (subject, body) => {
    announcements.push(`${subject}: ${new TextDecoder().decode(body)}`);
  });
  return { heard: announcements, stop: () => listening.stop() };
}

export interface Consuming {
  readonly consumption: Consumption;
  /** All deliveries, in the order in which they came. */
  readonly deliveries: Delivery[];
  /** Each as `<id> <attempt>`. */
  readonly seen: string[];
  /** Calls of `onSetAside`, as `<id>: <reason>`. */
  readonly setAside: string[];
}

/** Consumes with short waits until the test is over. */
export async function consuming(
  log: EventLog,
  options: Partial<ConsumeOptions>,
  handler: MessageHandler = async () => ({ kind: 'ack' }),
): Promise<Consuming> {
  const deliveries: Delivery[] = [];
  const seen: string[] = [];
  const setAside: string[] = [];
  const complete: ConsumeOptions = {
    durable: 'worker',
    subjects: ['blob.>'],
    maxInFlight: 4,
    ackWaitMs: 5_000,
    maxDeliver: 3,
    backoffMs: [20],
    onSetAside: async ({ id }, reason) => {
      setAside.push(`${id}: ${reason}`);
    },
    ...options,
  };
  const consumption = await log.consume(complete, (delivery) => {
    deliveries.push(delivery);
    seen.push(`${delivery.id} ${delivery.attempt}`);
    return handler(delivery);
  });
  onTestFinished(() => consumption.stop(0));
  return { consumption, deliveries, seen, setAside };
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
