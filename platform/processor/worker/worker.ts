import { canaryDurable } from '../../clients/canary.ts';
import type { BegunRun, ProcessingReport } from '../../clients/state.ts';
import { defaultSettings, type RunSettings } from '../../config/runs.ts';
import type { Consumption, Delivery, Outcome } from '../../event-log/consuming.ts';
import type { EventLog } from '../../event-log/log.ts';
import { type BlobEvent, eventIn, subjectOf } from '../../events/events.ts';
import { derivedBlobId } from '../../ids/ids.ts';
import { type Periodic, periodic } from '../../time/periodic.ts';
import type { Kit } from '../kit/kit.ts';
import { type BlobRecord, isPending } from '../records/record.ts';
import {
  type Asked,
  askedBy,
  attemptOf,
  failureOf,
  isAway,
  isOfOtherVersion,
  isSourceGone,
  isUnasked,
  isUnwanted,
  type RunFailure,
} from '../runs/decide.ts';
import { type Patience, patience, withinLimit } from '../runs/limits.ts';
import { progressReporter } from '../runs/progress.ts';
import { Signals, type WorkSignals } from '../runs/signals.ts';
import { readSources } from '../runs/sources.ts';
import { TextTeller } from '../runs/written.ts';
import { codeFor, contentMissing, makeRecord } from './make.ts';

/** Runs a processor on the events that it takes. */
export interface Worker {
  /** May be called again after a pause or a stop. `asCandidate`: takes the candidate's runs. Default: the present version's. */
  start(asCandidate?: boolean): Promise<void>;
  /** Takes no more work; resolves when what is in work is done. */
  pause(): Promise<void>;
  /** Finishes or hands back what is in work. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly kit: Kit;
  readonly eventLog: EventLog;
  /** Default: {@link defaultSettings}. */
  readonly settings?: Partial<RunSettings>;
}

const ACK: Outcome = { kind: 'ack' };

/** The run of a delivery. */
interface Work {
  readonly event: BlobEvent;
  readonly delivery: Delivery;
  readonly signals: WorkSignals;
  readonly patiently: Patience;
  readonly attempt: number;
  readonly begun: BegunRun;
}

class EventWorker implements Worker {
  readonly #kit: Kit;
  readonly #eventLog: EventLog;
  readonly #settings: RunSettings;
  #consumption: Consumption | undefined;
  #asCandidate = false;
  #signals = new Signals();
  #pausing: Promise<void> | undefined;

  constructor({ kit, eventLog, settings }: WorkerOptions) {
    this.#kit = kit;
    this.#eventLog = eventLog;
    this.#settings = { ...defaultSettings, ...settings };
  }

  async start(asCandidate = false): Promise<void> {
    const { definition } = this.#kit;
    this.#asCandidate = asCandidate;
    this.#signals = new Signals();
    this.#pausing = undefined;
    const signals = this.#signals;
    const { ackWaitMs, maxDeliver, backoffMs, passMs, maxPasses } = this.#settings;
    const kinds = Object.keys(definition.takes ?? {}).map((name) =>
      subjectOf(name.slice('blob.'.length) as BlobEvent['kind']),
    );
    this.#consumption = await this.#eventLog.consume(
      {
        durable: asCandidate ? canaryDurable(definition.id) : definition.id,
        subjects: [...kinds, subjectOf('retried')],
        maxInFlight: definition.limits.concurrency,
        ackWaitMs,
        maxDeliver,
        backoffMs,
        passMs,
        maxPasses,
        onSetAside: (delivery) => this.#setAside(delivery),
        // The index publishes the lost runs again.
        onCut: () => this.#kit.state.handOut(definition.id),
      },
      (delivery) => this.#deliver(delivery, signals),
    );
  }

  async pause(): Promise<void> {
    const { limits } = this.#kit.definition;
    this.#signals.pause();
    this.#pausing = this.#consumption?.stop(limits.seconds * 1_000 + this.#settings.ackWaitMs);
    await this.#pausing;
    this.#signals.end();
  }

  async stop(): Promise<void> {
    const stopping = this.#pausing ?? this.#consumption?.stop(this.#settings.stopWithinMs);
    // A pause goes on with what is in work: it is given up, and the pause is over.
    this.#signals.end();
    await stopping;
  }

  async #deliver(delivery: Delivery, all: Signals): Promise<Outcome> {
    const signals = all.of(delivery);
    try {
      return await this.#handle(delivery, signals);
    } finally {
      signals.release();
    }
  }

  #askedBy(event: BlobEvent): Asked {
    const { definition, standing } = this.#kit;
    const taking = { ...standing(), version: definition.version, asCandidate: this.#asCandidate };
    return askedBy(event, definition, taking);
  }

  async #handle(delivery: Delivery, signals: WorkSignals): Promise<Outcome> {
    const event = eventIn(delivery);
    if (!event) return { kind: 'terminate', reason: 'The message is not an event of a blob' };
    const asked = this.#askedBy(event);
    if (asked === 'ignore') return ACK;
    if (asked === 'elsewhere') return { kind: 'pass' };
    // Reading the source and registering the result take their time too.
    const working = setInterval(() => delivery.working(), this.#settings.workingEveryMs);
    try {
      await this.#run(event, delivery, signals);
      return ACK;
    } catch (error) {
      return await this.#failed({ event, delivery, signals }, error);
    } finally {
      clearInterval(working);
    }
  }

  async #run(event: BlobEvent, delivery: Delivery, signals: WorkSignals): Promise<void> {
    const { definition, registrar, state } = this.#kit;
    const { blob_id, user_id, run } = event.body;
    const attempt = attemptOf(event, delivery);
    const patiently = patience(signals.work, this.#settings);
    const beginning = {
      blob_id,
      processor_id: definition.id,
      processor_version: definition.version,
      attempt,
      ...(run?.generation === undefined ? {} : { generation: run.generation }),
      takes_versions: definition.takesVersions ?? {},
    };
    const begun = await patience(signals.waiting, this.#settings)(() => state.begin(user_id, beginning));
    if (begun.done) return;
    const record = await this.#recordFor({ event, delivery, signals, patiently, attempt, begun });
    if (record) await patiently(() => registrar.register(record, attempt));
  }

  /** The stored result of the run, found or made now; null where its pending blob is deleted. */
  async #recordFor(work: Work): Promise<BlobRecord | null> {
    const { definition, records } = this.#kit;
    const { event, patiently, begun } = work;
    const isOwn = event.body.owner === definition.id;
    const id = isOwn
      ? event.body.blob_id
      : derivedBlobId(event.body.blob_id, definition.id, definition.version, begun.generation);
    const existing = await patiently(() => records.find(id, new Set()));
    if (existing && !isPending(existing)) return existing;
    if (isOwn && !existing) return null;
    const record = await this.#make(work, id, existing);
    const stored = await patiently(() => (isOwn ? records.complete(record) : records.insert(record)));
    return stored?.stored ?? null;
  }

  async #make(work: Work, id: string, pending: BlobRecord | null) {
    const { event, delivery, signals, patiently, attempt, begun } = work;
    const { definition } = this.#kit;
    const { blob_id, user_id: userId } = event.body;
    const sources = await patiently(() => readSources(this.#kit, userId, begun.sources));
    const [source] = sources;
    if (!source) throw contentMissing();
    const command = pending?.command ?? null;
    const run = codeFor(definition, command);
    const told = { blob_id, processor_id: definition.id, attempt, generation: begun.generation };
    const reported = { ...told, processor_version: definition.version };
    const { progressEveryMs } = this.#settings;
    const onProgress = progressReporter(this.#kit, userId, reported, progressEveryMs, signals.hear);
    const teller = new TextTeller({ ...this.#kit, eventLog: this.#eventLog }, userId, told);
    const asking = this.#askNowAndThen(userId, reported, signals);
    const sourceIds = pending?.sourceIds ?? [blob_id];
    return withinLimit(definition.limits.seconds, signals.work, (signal) =>
      makeRecord(this.#kit, {
        request: {
          ...{ id, userId, source, sources, signal, plan: command?.plan },
          ...{ onProgress, onText: teller.tell, park: delivery.park },
        },
        ...{ run, sourceIds, command },
        generation: begun.generation,
        onDemand: pending !== null,
        inputHash: pending?.inputHash ?? null,
        graceMs: this.#settings.sweepGraceMs,
        ...(pending ? { title: pending.title, createdAt: pending.createdAt } : {}),
      }),
    ).finally(() => {
      teller.flush();
      // What it hears now is of no use.
      void asking.stop();
    });
  }

  /** Asks the index regularly whether the run is still wanted, for runs that report no progress. */
  #askNowAndThen(userId: string, run: Omit<ProcessingReport, 'state'>, signals: WorkSignals): Periodic {
    const report = { ...run, state: 'PROCESSING' } as const;
    const { logger, state } = this.#kit;
    const asking = periodic({
      what: 'asking whether a run is still wanted',
      everyMs: this.#settings.workingEveryMs,
      logger,
      turn: () => state.report(userId, report).then(() => undefined, signals.hear),
    });
    asking.start();
    return asking;
  }

  /** Retries a failure that may pass; reports any other one, and the last, to the user. */
  async #failed(
    { event, delivery, signals }: Pick<Work, 'event' | 'delivery' | 'signals'>,
    error: unknown,
  ): Promise<Outcome> {
    if (signals.isUnwanted || isUnwanted(error) || isSourceGone(error)) return ACK;
    if (isOfOtherVersion(error)) return { kind: 'pass' };
    const failure = failureOf(error);
    const { logger, definition } = this.#kit;
    const blobId = event.body.blob_id;
    // Handed back because the process stops, or takes no more work: no fault of the blob's.
    if (signals.work.aborted || (signals.waiting.aborted && isAway(error))) return { kind: 'retry' };
    logger.warn({ err: error, blobId, processor: definition.id, attempt: delivery.attempt }, 'run failed');
    if (failure.retryable && !delivery.last) return { kind: 'retry' };
    try {
      await this.#reportFailure(event, attemptOf(event, delivery), failure);
    } catch (unreported) {
      if (isSourceGone(unreported)) return ACK;
      // The user must hear of it: the delivery comes back, or `onSetAside` tells.
      if (!isUnasked(unreported)) return { kind: 'retry' };
    }
    return { kind: 'terminate', reason: `${failure.code}: ${failure.message}` };
  }

  #reportFailure(
    event: BlobEvent,
    attempt: number,
    { code, message }: Pick<RunFailure, 'code' | 'message'>,
  ): Promise<void> {
    const { definition, state } = this.#kit;
    const { blob_id, user_id, run } = event.body;
    return state.report(user_id, {
      blob_id,
      processor_id: definition.id,
      processor_version: definition.version,
      state: 'FAILED',
      attempt,
      ...(run?.generation === undefined ? {} : { generation: run.generation }),
      error: { code, message },
    });
  }

  /** Reports the failure before a message is set aside, also where the process of its last delivery died. */
  async #setAside(
    delivery: Pick<Delivery, 'headers' | 'body' | 'attempt' | 'earlierAttempts'>,
  ): Promise<void> {
    const event = eventIn(delivery);
    const { definition } = this.#kit;
    const asked = event ? this.#askedBy(event) : 'ignore';
    if (!event || asked === 'ignore') return;
    const message =
      asked === 'elsewhere'
        ? `No running version of \`${definition.id}\` takes blobs of ${event.body.schema_id}.`
        : 'The run failed too often.';
    const failure = { code: 'PROCESSING_FAILED', message } as const;
    try {
      // A failure that was reported with its reason has the same attempt: this report then changes nothing.
      await this.#reportFailure(event, attemptOf(event, delivery), failure);
    } catch (error) {
      if (!isSourceGone(error) && !isUnasked(error)) throw error;
    }
  }
}

export const createWorker = (options: WorkerOptions): Worker => new EventWorker(options);
