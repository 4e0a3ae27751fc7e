import { expect, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { EventLog } from '../../event-log/log.ts';
import { derivedBlobId } from '../../ids.ts';
import { createLogger } from '../../logger.ts';
import { blobMessage } from '../../testing/events.ts';
import type { EventProcessorRegistration } from './decide.ts';
import { createEventProcessor, type ProcessingRequest } from './event-processor.ts';
import {
  describeRecord,
  memoryStore,
  record,
  registration,
  startState,
  type UpperCase,
} from './processor.fixture.ts';
import type { EventProcessorSettings } from './settings.ts';

export type Process = (request: ProcessingRequest) => Promise<UpperCase>;

export const upperCase: Process = async ({ id, source }) => record(id, source.id);

export interface Started {
  readonly process: ReturnType<typeof vi.fn<Process>>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly process?: Process;
  readonly settings?: Partial<EventProcessorSettings>;
  readonly registration?: Partial<EventProcessorRegistration>;
  readonly eventLog?: EventLog;
}

/** Processors of one test on an empty log, stopped when the test is over. */
export async function setUpProcessors(log: EventLog) {
  const state = await startState();
  const store = memoryStore();
  const running: Started[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map((processor) => processor.stop()));
    await log.close();
    await state.stop();
  });

  async function start(options: StartOptions = {}): Promise<Started> {
    const process = vi.fn(options.process ?? upperCase);
    const processor = createEventProcessor<UpperCase>({
      registration: { ...registration, ...options.registration },
      store,
      state: state.client,
      eventLog: options.eventLog ?? log,
      clock: systemClock,
      logger: createLogger('silent'),
      process,
      describe: describeRecord,
      settings: { maxDeliver: 3, backoffMs: [5], ...options.settings },
    });
    await processor.start();
    const started = { process, stop: () => processor.stop() };
    running.push(started);
    return started;
  }
  /** Each dead letter, as `<blob id>: <reason> (<deliveries>)`. */
  const deadLetters = async () =>
    (await log.deadLetters()).map(
      ({ message, reason, attempts }) => `${message.id.split(':')[0]}: ${reason} (${attempts})`,
    );
  const created = (...blobIds: string[]) => Promise.all(blobIds.map((id) => log.publish(blobMessage(id, 1))));
  /** Resolves when a later event is done: with one run at a time, those before it are settled. */
  const settled = async () => {
    await created('last');
    await expect.poll(() => state.runs('last')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
  };
  return { log, state, store, start, created, deadLetters, settled };
}

export const idOf = (blobId: string) => derivedBlobId(blobId, registration.id, registration.version);
export const ONE_AT_A_TIME = { registration: { max_concurrency: 1 } };

/** What {@link setUpProcessors} sets up. */
export type Processors = Awaited<ReturnType<typeof setUpProcessors>>;
