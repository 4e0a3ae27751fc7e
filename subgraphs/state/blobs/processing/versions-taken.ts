import { type ProcessorDocument, takes, takesVersion } from '../../../../platform/clients/registry.ts';
import { readAsTaken, type SchemaClient } from '../../../../platform/clients/schemas.ts';
import type { SourceDocument } from '../../../../platform/clients/state.ts';
import type { TakenVersions } from '../../../../platform/json-schema/versions/range.ts';
import { STATE } from '../../entries/entry.ts';
import { blobRun } from '../../entries/runs.ts';
import type { IndexEntry, ListedEntry } from '../../store/records.ts';

type Versioned = Pick<IndexEntry, 'schemaId' | 'schemaVersion'>;

/** Why a processor has no run on a blob. */
export interface LeftOut {
  readonly processorId: string;
  readonly code: string;
  readonly message: string;
}

/** Of a blob in a newer version than the processor takes. */
export function versionNotTaken(
  { id, takes_versions }: Pick<ProcessorDocument, 'id' | 'takes_versions'>,
  { schemaId, schemaVersion }: Versioned,
): LeftOut {
  const message = `\`${id}\` takes ${takes_versions[schemaId]} of \`${schemaId}\`, and the blob is of version ${schemaVersion}: it is given a run by \`backfill\` when a version of the processor takes that.`;
  return { processorId: id, code: 'SCHEMA_VERSION_NOT_TAKEN', message };
}

/** The processors that take blobs of its schema, but not of its version, and have no run on it. */
export function leftOutOf(
  processors: Iterable<ProcessorDocument>,
  entry: Pick<ListedEntry, 'processorId' | 'schemaId' | 'schemaVersion' | 'runs'>,
): LeftOut[] {
  const event = entry.processorId === STATE ? 'blob.created' : 'blob.indexed';
  return [...processors]
    .filter((processor) => takes(processor, entry.schemaId, event) && !takesVersion(processor, entry))
    .filter(({ id }) => id !== entry.processorId && !blobRun(entry.runs, id))
    .map((processor) => versionNotTaken(processor, entry));
}

/** Sources that have their data, in a version that is taken. @throws BlobgraphError SCHEMA_VERSION_NOT_TAKEN, UPCAST_FAILED */
export const sourcesAsTaken = (
  schemas: Pick<SchemaClient, 'upcast' | 'readableAs'>,
  taken: TakenVersions,
  sources: readonly SourceDocument[],
): Promise<SourceDocument[]> =>
  Promise.all(
    sources.map(async (source) => {
      if (source.data === undefined) return source;
      const { schema_id: schemaId, schema_version: schemaVersion, data } = source;
      const read = await readAsTaken(schemas, { schemaId, schemaVersion, data }, taken);
      return { ...source, schema_version: read.schemaVersion, data: read.data };
    }),
  );
