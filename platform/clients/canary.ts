import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isTaken, type TakenVersions } from '../json-schema/versions/range.ts';

/** A candidate: a new version of a processor beside the present one, as the registry's REST shows it. */
export const canaryDocument = z.object({
  version: z.string(),
  /** Where its processes answer. */
  base_url: z.string(),
  /** The part of new blobs that it takes, 0 to 1. */
  share: z.number(),
  /** Users all of whose new blobs it takes. */
  user_ids: z.array(z.string()),
  /** When it was registered, ISO 8601. */
  since: z.string(),
  takes: z.record(z.string(), z.array(z.string())),
  /** Ranges of versions that it takes, by schema; of a schema that is not named, all. */
  takes_versions: z.record(z.string(), z.string()).default({}),
  max_concurrency: z.number(),
  timeout_seconds: z.number(),
});
export type CanaryDocument = z.infer<typeof canaryDocument>;

/** A version that takes no more work: `superseded` by one that was promoted, or `withdrawn` as a candidate. */
export const restingDocument = z.object({
  version: z.string(),
  base_url: z.string(),
  /** ISO 8601. */
  since: z.string(),
  why: z.enum(['superseded', 'withdrawn']),
});
export type RestingDocument = z.infer<typeof restingDocument>;

/** A processor with what stands beside its present version. */
export interface Beside {
  readonly id: string;
  readonly version: string;
  readonly canary: CanaryDocument | null;
  readonly resting: readonly RestingDocument[];
}

/**
 * The candidate's durable consumer. No processor has such an id, so none is mistaken for it: the candidate has a queue and
 * bounds of its own, and the two versions hand nothing to each other.
 */
export const canaryDurable = (processorId: string): string => `${processorId}_canary`;

/** The processor whose durable it is. */
export const processorOf = (durable: string): string => durable.replace(/_canary$/, '');

const BYTES = 6;

/** A blob's place among all, 0 to below 1: the same whenever it is asked, and another for each candidate. */
export const placeOf = (blobId: string, processorId: string, version: string): number =>
  createHash('sha256')
    .update(JSON.stringify([blobId, processorId, version]))
    .digest()
    .readUIntBE(0, BYTES) /
  2 ** (8 * BYTES);

/** The blob of a new run. */
export interface RoutedBlob {
  readonly id: string;
  readonly userId: string;
  readonly schemaId: string;
  readonly schemaVersion: string;
}

/** The candidate's version where a new run on a blob is its to make; undefined: the present version's. */
export function versionFor(
  { id, canary }: Pick<Beside, 'id' | 'canary'>,
  event: string,
  blob: RoutedBlob,
): string | undefined {
  if (!canary || !(canary.takes[event] ?? []).includes(blob.schemaId)) return undefined;
  if (!isTaken(canary.takes_versions, blob.schemaId, blob.schemaVersion)) return undefined;
  const isItsOwn =
    canary.user_ids.includes(blob.userId) || placeOf(blob.id, id, canary.version) < canary.share;
  return isItsOwn ? canary.version : undefined;
}

/** Of these processors, the candidates whose runs on the blob are to be, by processor. */
export function versionsFor(
  processors: readonly Pick<Beside, 'id' | 'canary'>[],
  event: string,
  blob: RoutedBlob,
): Readonly<Record<string, string>> {
  const found = processors.flatMap((processor) => {
    const version = versionFor(processor, event, blob);
    return version === undefined ? [] : [[processor.id, version] as const];
  });
  return Object.fromEntries(found);
}

/** The versions of schemas that a version of a processor takes: the candidate's own ranges, and else the present version's. */
export const takenVersionsOf = (
  { takes_versions, canary }: Pick<Beside, 'canary'> & { readonly takes_versions: TakenVersions },
  version: string | null | undefined,
): TakenVersions => (canary && canary.version === version ? canary.takes_versions : takes_versions);

/** The role of a version of a processor. */
export type Role = 'present' | 'candidate' | 'superseded' | 'withdrawn';

/** The role of a version. One that the registry does not name works as the present one does, while it is being replaced. */
export function roleOf({ version: present, canary, resting }: Omit<Beside, 'id'>, version: string): Role {
  if (version === present) return 'present';
  if (version === canary?.version) return 'candidate';
  return resting.find((one) => one.version === version)?.why ?? 'present';
}
