import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, EventLog } from '../../event-log/log.ts';
import type { RunSettings } from './settings.ts';

/** How often a message was handed on. */
const HEADER = 'handed-on';
const LONGEST = 64;

/**
 * Puts a message that another version of the processor takes at the end of the processor's own queue, after a pause: a
 * process of that version gets it then, or this one once more. Its deliveries are counted anew, for none has failed.
 * @returns false when it was handed on too often: nobody is there to take it
 * @throws what publishing rejects with, and when the process stops meanwhile
 */
export async function handOn(
  eventLog: EventLog,
  durable: string,
  { subject, id, headers, body, signal }: Delivery,
  { handOnMs, maxHandOns }: Pick<RunSettings, 'handOnMs' | 'maxHandOns'>,
): Promise<boolean> {
  const before = Number(headers[HEADER] ?? 0);
  if (before >= maxHandOns) return false;
  await pause(handOnMs * Math.min(2 ** before, LONGEST), undefined, { signal });
  const count = before + 1;
  const name = before === 0 ? id : id.slice(0, id.lastIndexOf('~'));
  await eventLog.publishTo(durable, {
    subject,
    id: `${name}~${count}`,
    headers: { ...headers, [HEADER]: String(count) },
    body,
  });
  return true;
}
