import { type HostPattern, hostList } from '../egress/hosts.ts';
import { readBy, wholeNumber } from './values.ts';

/** The variables of webhooks. */
export const webhookVariables = readBy('events', {
  WEBHOOKS_PER_USER: wholeNumber(0, 100)
    .default(10)
    .describe('webhooks that a user may have; `0`: none can be registered'),
  WEBHOOK_HOSTS: hostList
    .optional()
    .describe(
      'hosts at private addresses (`hooks.internal,127.0.0.1:9000`), each by its full name, to which webhooks may be sent; unset: none, in development neither',
    ),
  WEBHOOK_TIMEOUT_SECONDS: wholeNumber(1, 20).default(10).describe('time that a receiver has for its answer'),
  WEBHOOK_RETRY_SECONDS: wholeNumber(1, 3_600)
    .default(5)
    .describe(
      'longest pause after a delivery has failed once; it doubles with each further time, up to an hour',
    ),
  WEBHOOK_GIVE_UP_SECONDS: wholeNumber(1, 2_592_000)
    .default(259_200)
    .describe('how long a delivery is tried; then its webhook is set aside until its owner resumes it'),
});

/** Bounds of webhooks. */
export interface WebhooksConfig {
  readonly perUser: number;
  /** Hosts that may be at private addresses. */
  readonly hosts: readonly HostPattern[];
  /** Milliseconds that a receiver has for its answer. */
  readonly timeoutMs: number;
  /** Milliseconds of the first pause, at most. */
  readonly firstPauseMs: number;
  /** Milliseconds of failures after which one is set aside. */
  readonly giveUpMs: number;
}

export const webhooksOf = (env: {
  readonly WEBHOOKS_PER_USER: number;
  readonly WEBHOOK_HOSTS?: readonly HostPattern[] | undefined;
  readonly WEBHOOK_TIMEOUT_SECONDS: number;
  readonly WEBHOOK_RETRY_SECONDS: number;
  readonly WEBHOOK_GIVE_UP_SECONDS: number;
}): WebhooksConfig => ({
  perUser: env.WEBHOOKS_PER_USER,
  hosts: env.WEBHOOK_HOSTS ?? [],
  timeoutMs: env.WEBHOOK_TIMEOUT_SECONDS * 1_000,
  firstPauseMs: env.WEBHOOK_RETRY_SECONDS * 1_000,
  giveUpMs: env.WEBHOOK_GIVE_UP_SECONDS * 1_000,
});
