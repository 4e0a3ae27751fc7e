import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { UserBlobDocument } from '../clients/state.ts';
import { BlobgraphError } from '../errors.ts';
import type { Consumption, Delivery, EventLog, Outcome } from '../event-log/log.ts';
import { type BlobEvent, fromMessage, subjectOf } from '../events/events.ts';
import { derivedBlobId } from '../ids.ts';
import { asksFor, attemptOf, failureOf, isAway, isSourceGone, type RunFailure } from './decide.ts';
import { createRegistrar, type Registrar, type RegistrarDependencies } from './registrar.ts';
import { defaultSettings, type EventProcessorSettings } from './settings.ts';
import type { DerivedRecord } from './store.ts';

/** One run, as the processor's own code sees it. */
export interface ProcessingRequest {
  /** The id that the result must have. */
  readonly id: string;
  readonly source: UserBlobDocument;
  /** Aborts when the run's time is over or the process stops. */
  readonly signal: AbortSignal;
  /** Tells how far it is, 0 to 1. */
  readonly onProgress: (done: number) => void;
}

export interface EventProcessorDependencies<Record extends DerivedRecord>
  extends RegistrarDependencies<Record> {
  readonly eventLog: EventLog;
  /** Makes the derived blob. @throws BlobgraphError whose code and message the user sees */
  readonly process: (request: ProcessingRequest) => Promise<Record>;
}

/** Runs a processor on the events that it waits for. */
export interface EventProcessor {
  start(): Promise<void>;
  /** Finishes or hands back what is in work. */
  stop(): Promise<void>;
}

/** Takes a step of a run, again while what it needs is away. */
type Patience = <T>(step: () => Promise<T>) => Promise<T>;

const ACK: Outcome = { kind: 'ack' };

const timedOut = (seconds: number) =>
  new BlobgraphError(
    'PROCESSING_TIMEOUT',
    `The run took longer than the ${seconds} s that its processor allows.`,
  );

class Processor<Record extends DerivedRecord> implements EventProcessor {
  readonly #deps: EventProcessorDependencies<Record>;
  readonly #registrar: Registrar<Record>;
  readonly #settings: EventProcessorSettings;
  #consumption: Consumption | undefined;

  constructor(deps: EventProcessorDependencies<Record>) {
    this.#deps = deps;
    this.#settings = { ...defaultSettings, ...deps.settings };
    this.#registrar = createRegistrar(deps);
  }

  async start(): Promise<void> {
    const { registration, eventLog } = this.#deps;
    const { ackWaitMs, maxDeliver, backoffMs } = this.#settings;
    const kinds = registration.event_subscriptions.map((name) =>
      subjectOf(name.slice('blob.'.length) as BlobEvent['kind']),
    );
    this.#consumption = await eventLog.consume(
      {
        durable: registration.id,
        subjects: [...kinds, subjectOf('retried')],
        maxInFlight: registration.max_concurrency,
        ackWaitMs,
        maxDeliver,
        backoffMs,
        onSetAside: (delivery) => this.#setAside(delivery),
      },
      (delivery) => this.#handle(delivery),
    );
    this.#registrar.start();
  }

  async stop(): Promise<void> {
    await this.#consumption?.stop(this.#settings.stopWithinMs);
    await this.#registrar.stop();
  }

  async #handle(delivery: Delivery): Promise<Outcome> {
    const event = readEvent(delivery);
    if (!event) return { kind: 'terminate', reason: 'The message is not an event of a blob' };
    if (!asksFor(event, this.#deps.registration)) return ACK;
    // Reading the source and registering the result take their time too.
    const working = setInterval(() => delivery.working(), this.#settings.workingEveryMs);
    try {
      const patiently = this.#patience(delivery);
      const record = await this.#recordFor(event, delivery, patiently);
      await patiently(() => this.#registrar.finish(record, attemptOf(event, delivery)));
      return ACK;
    } catch (error) {
      return await this.#failed(event, delivery, error);
    } finally {
      clearInterval(working);
    }
  }

  /** The stored result of the event's run: found, or made now. */
  async #recordFor(event: BlobEvent, delivery: Delivery, patiently: Patience): Promise<Record> {
    const { registration, store, state } = this.#deps;
    const { blob_id, user_id } = event.body;
    const id = derivedBlobId(blob_id, registration.id, registration.version);
    const existing = await patiently(() => store.find(id));
    if (existing) return existing;
    const attempt = attemptOf(event, delivery);
    const begun = { blob_id, processor_id: registration.id, state: 'PROCESSING', attempt } as const;
    await patiently(() => state.report(user_id, begun));
    const source = await patiently(() => state.blob(user_id, blob_id, delivery.signal));
    const record = await this.#limited(delivery, event, async (limits) =>
      this.#deps.process({ id, source, ...limits }),
    );
    return (await patiently(() => store.insert(record))).stored;
  }

  /**
   * Waits in place for services and stores that are away: an outage then uses up no deliveries, neither of this event
   * nor of those that wait behind it, and nothing is computed twice. Not for ever: what is away may be so for this
   * event alone.
   */
  #patience({ signal }: Delivery): Patience {
    const { patienceMs, patienceStepMs } = this.#settings;
    const until = performance.now() + patienceMs;
    const waiting = retry(
      handleWhen((error) => isAway(error) && performance.now() < until),
      { backoff: new ExponentialBackoff({ initialDelay: patienceStepMs / 8, maxDelay: patienceStepMs }) },
    );
    return (step) => waiting.execute(step, signal);
  }

  /** Runs `work` within the processor's time limit. */
  async #limited<T>(
    delivery: Delivery,
    event: BlobEvent,
    work: (limits: Pick<ProcessingRequest, 'signal' | 'onProgress'>) => Promise<T>,
  ): Promise<T> {
    const seconds = this.#deps.registration.timeout_seconds;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(timedOut(seconds)), seconds * 1_000);
    const signal = AbortSignal.any([limit.signal, delivery.signal]);
    const onProgress = this.#progressReporter(event, delivery);
    const late = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([work({ signal, onProgress }), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells of progress, not too often: a report that is lost or late does no harm. */
  #progressReporter(event: BlobEvent, delivery: Delivery): (done: number) => void {
    const { registration, state, clock, logger } = this.#deps;
    const { blob_id, user_id } = event.body;
    let last = clock.now().getTime();
    return (done) => {
      const now = clock.now().getTime();
      if (now - last < this.#settings.progressEveryMs || done >= 1) return;
      last = now;
      const attempt = attemptOf(event, delivery);
      state
        .report(user_id, {
          blob_id,
          processor_id: registration.id,
          state: 'PROCESSING',
          attempt,
          progress: done,
        })
        .catch((error: unknown) => logger.debug({ err: error }, 'progress was not reported'));
    };
  }

  /** A failure that may pass is tried again; another one, or the last, is told to the user. */
  async #failed(event: BlobEvent, delivery: Delivery, error: unknown): Promise<Outcome> {
    if (isSourceGone(error)) return ACK;
    const failure = failureOf(error);
    const { logger, registration } = this.#deps;
    const blobId = event.body.blob_id;
    // Handed back because the process stops: no fault of the blob's.
    if (delivery.signal.aborted) return { kind: 'retry' };
    logger.warn({ err: error, blobId, processor: registration.id, attempt: delivery.attempt }, 'run failed');
    if (failure.retryable && !delivery.last) return { kind: 'retry' };
    try {
      await this.#reportFailure(event, attemptOf(event, delivery), failure);
    } catch (unreported) {
      if (isSourceGone(unreported)) return ACK;
      // The user must hear of it: the delivery comes back, or `onSetAside` tells.
      return { kind: 'retry' };
    }
    return { kind: 'terminate', reason: `${failure.code}: ${failure.message}` };
  }

  #reportFailure(
    event: BlobEvent,
    attempt: number,
    failure: Pick<RunFailure, 'code' | 'message'>,
  ): Promise<void> {
    const { registration, state } = this.#deps;
    const { blob_id, user_id } = event.body;
    const error = { code: failure.code, message: failure.message };
    return state.report(user_id, { blob_id, processor_id: registration.id, state: 'FAILED', attempt, error });
  }

  /** Called before a message is set aside, also where the process of its last delivery died. */
  async #setAside(
    delivery: Pick<Delivery, 'headers' | 'body' | 'attempt' | 'earlierAttempts'>,
  ): Promise<void> {
    const event = readEvent(delivery);
    if (!event || !asksFor(event, this.#deps.registration)) return;
    const failure = { code: 'PROCESSING_FAILED', message: 'The run failed too often.' } as const;
    try {
      // A failure that was reported with its reason has the same attempt: this report then changes nothing.
      await this.#reportFailure(event, attemptOf(event, delivery), failure);
    } catch (error) {
      if (!isSourceGone(error)) throw error;
    }
  }
}

function readEvent(message: Pick<Delivery, 'headers' | 'body'>): BlobEvent | null {
  try {
    return fromMessage(message);
  } catch {
    return null;
  }
}

export const createEventProcessor = <Record extends DerivedRecord>(
  deps: EventProcessorDependencies<Record>,
): EventProcessor => new Processor(deps);
