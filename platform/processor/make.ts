import type { Clock } from '../clock.ts';
import { BlobgraphError } from '../errors.ts';
import type { OpenedResources, Run, RunRequest } from './define.ts';
import type { Kit } from './kit.ts';
import type { NewRecord, PendingCommand } from './record.ts';
import { type StorableResult, storableResult } from './result.ts';
import { defaultSettings } from './runs/settings.ts';

/** What a record is made of, beside the run's request. */
export interface Making {
  readonly request: RunRequest;
  readonly run: Run<OpenedResources>;
  /** All of them, also those that could not be read. */
  readonly sourceIds: readonly string[];
  readonly generation: number;
  readonly onDemand: boolean;
  readonly inputHash: string | null;
  readonly command: PendingCommand | null;
  /** Where no source and no result says one. */
  readonly title?: string;
  /** Default: now. */
  readonly createdAt?: Date;
  /** For whoever makes it to come to registering it. Default 10,000 ms. */
  readonly graceMs?: number;
}

export const registerAt = (clock: Clock, graceMs = defaultSettings.sweepGraceMs): Date =>
  new Date(clock.now().getTime() + graceMs);

/** @throws BlobgraphError PROCESSING_FAILED: what was made does not fit the processor's own schema */
async function assertFits(
  { definition, schemas, logger }: Kit,
  data: StorableResult['data'],
): Promise<string> {
  const { makes, records } = definition;
  const version = makes.schemaVersion ?? '1.0.0';
  const { validate } = await schemas.validator(makes.schema, version);
  // What the store gives is there only once it is stored.
  const allocated = records.allocates ? { [records.allocates.member]: 1 } : {};
  const [mistake] = validate({ ...data, ...allocated });
  if (!mistake) return version;
  const where = `\`data${mistake.pointer.replaceAll('/', '.')}\``;
  logger.error({ schema: makes.schema, version, mistake }, 'what was made does not fit the output schema');
  throw new BlobgraphError(
    'PROCESSING_FAILED',
    `The result does not fit ${makes.schema} ${version}: ${where}.`,
  );
}

/**
 * Runs a processor's code and makes the record of what it answers.
 * @throws what the run throws; BlobgraphError PROCESSING_FAILED, SERVICE_UNAVAILABLE
 */
export async function makeRecord(kit: Kit, making: Making): Promise<NewRecord> {
  const { clock, definition, opened } = kit;
  const { request, run, command, inputHash, onDemand, generation, sourceIds } = making;
  const startedAt = clock.now();
  const made = await run(request, opened);
  request.signal.throwIfAborted();
  const { preview, data, ...result } = storableResult(made, kit.logger);
  const schemaVersion = await assertFits(kit, data);
  const now = clock.now();
  const title = result.title ?? making.title ?? request.sources[0]?.title ?? definition.name;
  return {
    id: request.id,
    userId: request.userId,
    sourceIds,
    generation,
    processorVersion: definition.version,
    schemaVersion,
    contentHash: result.contentHash,
    sizeBytes: result.sizeBytes,
    processingTimeMs: now.getTime() - startedAt.getTime(),
    createdAt: making.createdAt ?? now,
    data,
    beside: made.beside ?? {},
    onDemand,
    inputHash,
    command,
    registerAt: registerAt(clock, making.graceMs),
    describe: () => ({ title, preview }),
  };
}
