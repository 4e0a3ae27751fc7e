import { withoutDeadline } from '../time/deadline.ts';
import type { ConsumeOptions, Delivery, MessageHandler, Outcome } from './consuming.ts';

/** The fate of a delivery. */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'pass'; readonly afterMs: number }
  | { readonly kind: 'set-aside'; readonly reason: string };

type Limits = Pick<ConsumeOptions, 'maxDeliver' | 'backoffMs' | 'passMs' | 'maxPasses'>;

/** The pause after the `attempt`-th delivery failed. */
export const pauseAfter = (attempt: number, { backoffMs }: Pick<Limits, 'backoffMs'>): number =>
  backoffMs[Math.min(attempt, backoffMs.length) - 1] ?? 0;

/** `attempt` counts from 1. It exceeds `maxDeliver` when the last delivery was never answered. */
export const isExhausted = (attempt: number, { maxDeliver }: Pick<Limits, 'maxDeliver'>): boolean =>
  attempt > maxDeliver;

const PASS_MS = 250;
const MAX_PASSES = 60;
/** The longest pause before a message that is passed on, of the first one. */
const LONGEST_PASS = 64;

export interface Answered {
  readonly outcome: Outcome;
  /** From 1, as of {@link Delivery.attempt}. */
  readonly attempt: number;
  /** Number of earlier passes. */
  readonly passes: number;
  /** The consumption was being stopped when the handler answered. */
  readonly stopping: boolean;
}

/** The verdict on a delivery that its handler answered. Giving up because of a stop counts as no failure. */
export function verdictOf({ outcome, attempt, passes, stopping }: Answered, limits: Limits): Verdict {
  switch (outcome.kind) {
    case 'ack':
      return { kind: 'ack' };
    case 'terminate':
      return { kind: 'set-aside', reason: printable(outcome.reason) };
    case 'pass':
      if (passes >= (limits.maxPasses ?? MAX_PASSES))
        return { kind: 'set-aside', reason: `No process takes it: it was passed on ${passes} times` };
      return { kind: 'pass', afterMs: (limits.passMs ?? PASS_MS) * Math.min(2 ** passes, LONGEST_PASS) };
    case 'retry':
      if (stopping) return { kind: 'retry', afterMs: 0 };
      if (attempt < limits.maxDeliver) return { kind: 'retry', afterMs: pauseAfter(attempt, limits) };
      return {
        kind: 'set-aside',
        reason: printable(outcome.reason ?? `Not done in ${attempt} ${deliveries(attempt)}`),
      };
  }
}

/** A reason may quote anything: it is cut to a readable length, without characters that stores refuse. */
const printable = (reason: string): string => reason.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, 1000);

const deliveries = (count: number): string => (count === 1 ? 'delivery' : 'deliveries');

/** The reason of a message whose last delivery was never answered. */
export const unansweredReason = ({ maxDeliver }: Pick<Limits, 'maxDeliver'>): string =>
  `Not acknowledged in ${maxDeliver} ${deliveries(maxDeliver)}`;

/** The handler's outcome; a rejection as the `retry` that it stands for. */
export async function outcomeOf(
  handler: MessageHandler,
  delivery: Delivery,
): Promise<{ readonly outcome: Outcome; readonly error?: unknown }> {
  try {
    // The deadline of the request that published the message must not end work on it.
    return { outcome: await withoutDeadline(() => handler(delivery)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: { kind: 'retry', reason }, error };
  }
}
