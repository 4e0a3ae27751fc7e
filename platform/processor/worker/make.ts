import { z } from 'zod';
import { defaultSettings } from '../../config/runs.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { textLimits } from '../../input/limits.ts';
import { beginning, oneLine, storable } from '../../text/text.ts';
import type { Clock } from '../../time/clock.ts';
import type { Kit } from '../kit/kit.ts';
import type { OpenedResources } from '../kit/open.ts';
import type { Run, RunRequest, RunResult } from '../kit/run.ts';
import { measure, type NewRecord, type PendingCommand } from '../records/record.ts';
import { storableContent } from '../records/storable.ts';
import { isSourceGone } from '../runs/decide.ts';
import { MAX_SOURCE_BYTES } from '../runs/sources.ts';

/** Input of a record. */
export interface Making {
  readonly request: RunRequest;
  readonly run: Run<OpenedResources>;
  /** Ids of all sources, also of those that could not be read. */
  readonly sourceIds: readonly string[];
  /** That of the run; 0 where it is made within the request. */
  readonly generation: number;
  /** As of {@link BlobRecord.onDemand}. */
  readonly onDemand: boolean;
  /** As of {@link BlobRecord.inputHash}. */
  readonly inputHash: string | null;
  /** As of {@link BlobRecord.command}. */
  readonly command: PendingCommand | null;
  /** Title where the result has none. Default: the first source's, else the processor's name. */
  readonly title?: string;
  /** Default: now. */
  readonly createdAt?: Date;
  /** For whoever makes it to come to registering it. Default 10,000 ms. */
  readonly graceMs?: number;
}

export const contentMissing = () =>
  new BlobgraphError('CONTENT_MISSING', 'The content of the source is gone from the store that keeps it.');

/** The processor's code for a command, or for events. */
export function codeFor(
  { id, commands, run: onEvents }: Kit['definition'],
  command: PendingCommand | null,
): Run<OpenedResources> {
  const run = (command && commands?.[command.name]?.run) ?? onEvents;
  if (!run) throw new Error(`${id} has no run for ${command?.name ?? 'events'}`);
  return run;
}

/** A title reduced to characters and length that an index entry can hold. */
export const storableTitle = (title: string): string => oneLine(storable(beginning(title, textLimits.title)));

export const registerAt = (clock: Clock, graceMs = defaultSettings.sweepGraceMs): Date =>
  new Date(clock.now().getTime() + graceMs);

/** The index keeps the first 200 UTF-16 units of a preview. */
const PREVIEW = 400;

/** The form of a result, however its processor was written: stores and index refuse anything else. */
const resultForm = z.object({
  data: z.custom((data) => typeof data === 'object' && data !== null && !Array.isArray(data)),
  preview: z.string(),
  title: z.string().nullish(),
  contentHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  sizeBytes: z.int().min(0).optional(),
});

/** @throws BlobgraphError PROCESSING_FAILED that names the member which cannot be */
function assertForm({ id }: Kit['definition'], result: unknown): void {
  const { error } = resultForm.safeParse(result);
  if (!error) return;
  const member = error.issues[0]?.path[0];
  const what = member === undefined ? 'no result' : `a result whose \`${String(member)}\` cannot be stored`;
  throw new BlobgraphError('PROCESSING_FAILED', `\`${id}\` made ${what}.`, { cause: error });
}

/** Dependencies of making a record. */
export type MakingKit = Pick<Kit, 'clock' | 'definition' | 'opened' | 'schemas' | 'logger'>;

/** The run's answer. Codes that tell of the index that a blob is gone are not for it to give: nobody would hear of it. */
async function answered({ definition, opened }: MakingKit, { run, request }: Making): Promise<RunResult> {
  try {
    const result = await run(request, opened);
    request.signal.throwIfAborted();
    assertForm(definition, result);
    return result;
  } catch (error) {
    if (!isSourceGone(error)) throw error;
    throw new BlobgraphError('PROCESSING_FAILED', (error as Error).message, { cause: error });
  }
}

/** @throws BlobgraphError PROCESSING_FAILED: what was made does not fit the processor's own schema */
async function assertFits(
  { definition, schemas, logger }: MakingKit,
  data: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { makes, records } = definition;
  const version = makes.schemaVersion ?? '1.0.0';
  const { validate } = await schemas.validator(makes.schema, version);
  // Members that the store allocates exist only once the record is stored.
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

/** Hash and size of what was made. @throws BlobgraphError BLOB_TOO_LARGE: nothing could be made of it */
function measured({ contentHash, sizeBytes }: RunResult, data: object) {
  const own = contentHash === undefined || sizeBytes === undefined ? measure(data) : undefined;
  const bytes = sizeBytes ?? own?.sizeBytes ?? 0;
  if (bytes > MAX_SOURCE_BYTES) {
    const message = `What was made has ${bytes} bytes; a blob may have ${MAX_SOURCE_BYTES}. Split the source.`;
    throw new BlobgraphError('BLOB_TOO_LARGE', message);
  }
  return { contentHash: contentHash ?? own?.contentHash ?? '', sizeBytes: bytes };
}

/**
 * Runs a processor's code and makes the record from its result.
 * @throws what the run throws; BlobgraphError PROCESSING_FAILED, BLOB_TOO_LARGE, SERVICE_UNAVAILABLE
 */
export async function makeRecord(kit: MakingKit, making: Making): Promise<NewRecord> {
  const { clock, definition } = kit;
  const { request, command, inputHash, onDemand, generation, sourceIds } = making;
  const startedAt = clock.now();
  const result = await answered(kit, making);
  const { data, beside } = storableContent(definition.records, result);
  const schemaVersion = await assertFits(kit, data);
  const now = clock.now();
  const own = storableTitle(result.title ?? '');
  const title = own || storableTitle(making.title ?? request.sources[0]?.title ?? '') || definition.name;
  const preview = storable(beginning(result.preview, PREVIEW));
  return {
    ...measured(result, data),
    id: request.id,
    userId: request.userId,
    sourceIds,
    generation,
    processorVersion: definition.version,
    schemaVersion,
    processingTimeMs: now.getTime() - startedAt.getTime(),
    createdAt: making.createdAt ?? now,
    data,
    beside,
    ...(result.objects ? { objects: result.objects } : {}),
    onDemand,
    inputHash,
    command,
    registerAt: registerAt(clock, making.graceMs),
    describe: () => ({ title, preview }),
  };
}
