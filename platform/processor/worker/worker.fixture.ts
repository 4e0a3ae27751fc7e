import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import type { RunSettings } from '../../config/runs.ts';
import { openEmbeddedEventLog } from '../../event-log/embedded/log.embedded.ts';
import type { EventLog } from '../../event-log/log.ts';
import type { SqlServer } from '../../sql/database.ts';
import { blobMessage } from '../../testing/events.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { openEmbeddedRecords } from '../../testing/records.ts';
import { systemClock } from '../../time/clock.ts';
import type { ProcessorDefinition } from '../kit/kit.ts';
import type { Run } from '../kit/run.ts';
import { ACTIVE } from '../kit/standing.ts';
import { definition, openKit, startState, upperCase } from '../testing/processor.fixture.ts';
import { createWorker, type Worker } from './worker.ts';

export interface Started {
  readonly run: ReturnType<typeof vi.fn<Run<object>>>;
  readonly worker: Worker;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly run?: Run<object>;
  readonly settings?: Partial<RunSettings>;
  readonly definition?: Partial<ProcessorDefinition>;
  readonly eventLog?: EventLog;
  /** Takes the candidate's runs. */
  readonly asCandidate?: boolean;
  /** The candidate that its process knows of. */
  readonly candidate?: string;
}

async function setUpWorkers(log: EventLog) {
  const state = await startState();
  const { records, close } = await openEmbeddedRecords(definition.records);
  await records.prepare();
  const running: Started[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map((worker) => worker.stop()));
    await log.close();
    await state.stop();
    await close();
  });

  async function start(options: StartOptions = {}): Promise<Started> {
    const run = vi.fn(options.run ?? upperCase);
    const settings = { maxDeliver: 3, backoffMs: [5], sweepEveryMs: 20, ...options.settings };
    const own = { ...definition, ...options.definition, run };
    const standing = () => ({ ...ACTIVE, candidate: options.candidate ?? null });
    const { kit } = await openKit({ definition: own, state: state.client, records, settings, standing });
    const worker = createWorker({ kit, eventLog: options.eventLog ?? log, settings });
    kit.registrar.start();
    await worker.start(options.asCandidate);
    const stop = async () => {
      await worker.stop();
      await kit.registrar.stop();
    };
    const started = { run, worker, stop };
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
  return { log, state, records, start, created, deadLetters, settled };
}

/** The set-up of a file's tests: processors on an empty log for each, stopped when the test is over. */
export function workersOfEachTest(): () => Promise<Workers> {
  let server: SqlServer;
  let databases = 0;
  beforeAll(async () => {
    server = await openTemporaryPglite();
  });
  afterAll(async () => {
    await server.close();
  });
  return async () => {
    const database = await server.database(`log_${++databases}`);
    return setUpWorkers(await openEmbeddedEventLog({ database, clock: systemClock }));
  };
}

export const ONE_AT_A_TIME = { definition: { limits: { concurrency: 1, seconds: 30 } } };

type Workers = Awaited<ReturnType<typeof setUpWorkers>>;
