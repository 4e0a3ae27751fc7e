import { type ProcessorCatalog, statusSince } from '../../../platform/clients/registry.ts';
import { whenThere } from '../../../platform/concurrency/when-there.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { knownProcessors, pausedMessage, retiredMessage } from '../blobs/processing/processor-status.ts';
import { leftOutOf } from '../blobs/processing/versions-taken.ts';
import { isPending, STATE } from '../entries/entry.ts';
import { isHeld } from '../entries/runs.ts';
import type { BriefEntry, ListedEntry, Run } from '../store/records.ts';
import { contentTypes } from './content-types.generated.ts';

export interface ContentDependencies {
  /** Without an answer of the registry, no owner counts as retired or paused. */
  readonly processors: Pick<ProcessorCatalog, 'known'>;
  /** The GraphQL types of blobs of processors outside this project, by processor id. Default: none. */
  readonly outsideTypes?: Pick<ReadonlyMap<string, string>, 'get'>;
}

/** A blob by its key; its owner resolves the rest. */
interface Content {
  readonly __typename: string;
  readonly id: string;
}

/** When the entry's owner was retired; null when it was not. */
function retiredSince(
  processors: ContentDependencies['processors'],
  { processorId }: BriefEntry,
): Date | null | Promise<Date | null> {
  if (processorId === STATE) return null;
  return whenThere(knownProcessors(processors), (known) => {
    const owner = known.get(processorId);
    return owner?.status === 'retired' ? new Date(statusSince(owner)) : null;
  });
}

/** When an entry's content went missing; null while it exists, or is still to be made. */
export function contentMissingSince(
  processors: ContentDependencies['processors'],
  entry: BriefEntry,
): Date | null | Promise<Date | null> {
  if (entry.contentMissingSince !== null || isPending(entry)) return entry.contentMissingSince;
  return retiredSince(processors, entry);
}

/** Of a processor that ships. Others may be named as a member that every object has, e.g. `constructor`. */
const typeOf = (processorId: string): string | undefined =>
  Object.hasOwn(contentTypes, processorId) ? contentTypes[processorId] : undefined;

/**
 * The content of an entry, as GraphQL type and id; null while it is still to be made.
 * @throws BlobgraphError CONTENT_MISSING, PROCESSOR_RETIRED, PROCESSOR_UNKNOWN
 */
export function contentOf(
  { processors, outsideTypes }: ContentDependencies,
  entry: BriefEntry,
): Content | null | Promise<Content> {
  if (isPending(entry)) return null;
  return whenThere(retiredSince(processors, entry), (since) => {
    if (since !== null)
      throw new BlobgraphError(
        'PROCESSOR_RETIRED',
        `${retiredMessage(entry.processorId)} The content went with it.`,
      );
    if (entry.contentMissingSince !== null) {
      const message = 'The content is missing from its store. It is made again where possible.';
      throw new BlobgraphError('CONTENT_MISSING', message);
    }
    const __typename = typeOf(entry.processorId) ?? outsideTypes?.get(entry.processorId);
    if (__typename) return { __typename, id: entry.id };
    throw new BlobgraphError(
      'PROCESSOR_UNKNOWN',
      `The graph has no type for blobs of \`${entry.processorId}\`.`,
    );
  });
}

const WAITING: Run['state'] = 'PENDING';

const AWAITING_TURN = {
  code: 'AWAITING_TURN',
  message: 'The run begins by itself when others of yours have ended.',
};

export type ShownProcessing = Awaited<ReturnType<typeof processingOf>>;

/** Processors that would have a run on an entry in another version of its schema. */
export const leftOutBy = (
  processors: ContentDependencies['processors'],
  entry: Parameters<typeof leftOutOf>[1],
) => whenThere(knownProcessors(processors), (known) => leftOutOf(known.values(), entry));

/** An entry's runs; those that wait for a paused processor, or for their turn, have an obstacle. */
export function processingOf(
  processors: ContentDependencies['processors'],
  { state, runs }: Pick<ListedEntry, 'state' | 'runs'>,
) {
  const waits = runs.some((run) => run.state === WAITING);
  const known = waits ? knownProcessors(processors) : new Map<string, never>();
  return whenThere(known, (by) => {
    const obstacleOf = (run: Run) => {
      const processor = run.state === WAITING ? by.get(run.processorId) : undefined;
      if (processor?.status !== 'paused') return isHeld(run) ? AWAITING_TURN : null;
      return { code: 'PROCESSOR_PAUSED', message: pausedMessage(run.processorId, processor.status_reason) };
    };
    return {
      state,
      runs: runs.map((run) => ({
        ...run,
        version: run.version ?? null,
        updatedAt: new Date(run.updatedAt),
        obstacle: obstacleOf(run),
      })),
    };
  });
}
