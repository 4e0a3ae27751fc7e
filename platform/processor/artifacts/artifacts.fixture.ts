import { vi } from 'vitest';
import type { ProcessingReport } from '../../clients/state.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { randomIds } from '../../ids/ids.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { openTemporaryObjects } from '../../testing/objects.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { type BlobRecord, storedAs } from '../records/record.ts';
import { record as newRecord } from '../testing/processor.fixture.ts';
import { type Artifacts, createArtifacts } from './artifacts.ts';
import type { ArtifactDefinition } from './definition.ts';
import { createPostgresJournal } from './journal.postgres.ts';

export const opened = (artifacts: Artifacts, one: BlobRecord, name = 'markdown') => artifacts.open(one, name);
export const list = async (artifacts: Artifacts, { id }: BlobRecord) => (await artifacts.list([id]))[0];

/** A clock that a test turns on. */
function turningClock() {
  let ahead = 0;
  return {
    clock: { now: () => new Date(Date.now() + ahead) },
    turn(ms: number) {
      ahead += ms;
    },
  };
}

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

/** Opens objects, a journal, and blobs of which artifacts are made. */
export async function openWorkshop() {
  const objects = await openTemporaryObjects();
  const server = await openTemporaryPglite();
  const journal = createPostgresJournal(await server.database('artifacts'));
  await journal.prepare();
  let serial = 0;
  const blobs = new Map<string, BlobRecord>();
  const blob = () => {
    const made = newRecord(`source-${++serial}`);
    const stored = storedAs(made, made.describe({}));
    blobs.set(stored.id, stored);
    return stored;
  };

  function setUp(over: Partial<ArtifactDefinition> = {}, seconds = 30) {
    const make = vi.fn<ArtifactDefinition['make']>(({ data }) => `As a file: ${data['text']}`);
    const markdown = { version: '1', mediaType: 'text/plain', fileName: () => 'a.txt', make, ...over };
    const reports: ProcessingReport[] = [];
    const gone = new Set<string>();
    let away = false;
    const time = turningClock();
    const find = vi.fn(async (id: string) => (gone.has(id) ? null : (blobs.get(id) ?? null)));
    const open = (version = markdown.version, limit = seconds) =>
      createArtifacts({
        processorId: 'upper-case',
        definitions: { markdown: { ...markdown, version } },
        seconds: limit,
        concurrency: 4,
        objects,
        journal,
        records: { existing: async (ids) => ids.filter((id) => !gone.has(id)), find },
        opened: {},
        ids: randomIds,
        state: {
          async report(_userId, report) {
            if (away) throw new BlobgraphError('SERVICE_UNAVAILABLE', 'Away.');
            reports.push(report);
          },
          sources: async () => [],
        },
        processors: { blobs: async () => [], file: async () => new Uint8Array() },
        clock: time.clock,
        logger: createLogger('silent'),
      });
    const runs = () => reports.map(({ state, attempt, artifact }) => `${artifact} ${state} ${attempt}`);
    return {
      artifacts: open(),
      open,
      make,
      reports,
      runs,
      gone,
      find,
      turn: time.turn,
      leave() {
        away = true;
      },
      comeBack() {
        away = false;
      },
    };
  }

  async function close(): Promise<void> {
    await objects.close();
    await server.close();
  }

  return { objects, journal, blob, setUp, close };
}
