import type { Readable } from 'node:stream';
import { BlobgraphError } from '../../errors/errors.ts';
import type { ByteRange } from '../../objects/objects.ts';
import type { Artifact } from '../artifacts/artifacts.ts';
import type { StoredFile } from '../files/stored-files.ts';
import type { Kit, ProcessorDefinition } from '../kit/kit.ts';
import type { BlobRecord } from '../records/record.ts';
import { OBJECT_SET, type Wanted } from '../records/records.ts';

/** A file of a blob, not read yet: an artifact, made when it is, or one that was stored with the blob. */
export interface BlobFile {
  /** Quoted, strong. */
  readonly etag: string;
  /** Key in the processor's own place of the object store; an artifact has one once it is made. */
  readonly key: string;
  /** @throws what making an artifact throws; BlobgraphError CONTENT_MISSING */
  head(): Promise<Omit<Artifact, 'body'>>;
  /** All of it, or a part. @throws like {@link BlobFile.head} */
  open(range?: ByteRange): Promise<Readable>;
}

/** Members of a record by which its files are found. */
export const wantedForFiles = ({
  stored,
  records,
}: Pick<ProcessorDefinition, 'stored' | 'records'>): Wanted => {
  const set = records.store === 's3' ? [OBJECT_SET] : [];
  return new Set([...set, ...(stored?.needs ?? [])]);
};

const missing = (): BlobgraphError =>
  new BlobgraphError('CONTENT_MISSING', 'The file is gone from the store that keeps it.');

function storedFile(
  { objects }: Pick<Kit, 'objects'>,
  { key, sha256, mediaType, fileName }: StoredFile,
): BlobFile {
  return {
    etag: `"${sha256}"`,
    key,
    async head() {
      const found = await objects.head(key);
      if (!found) throw missing();
      return { sizeBytes: found.sizeBytes, mediaType, fileName };
    },
    async open(range) {
      const found = await objects.get(key, range);
      if (!found) throw missing();
      return found.body;
    },
  };
}

/**
 * The file of a blob that has this name. `record`: with what {@link wantedForFiles} names.
 * @throws BlobgraphError NOT_FOUND
 */
export function blobFile(
  kit: Pick<Kit, 'artifacts' | 'definition' | 'objects'>,
  record: BlobRecord,
  name: string,
): BlobFile {
  const { artifacts, definition } = kit;
  const isArtifact = Object.hasOwn(definition.artifacts ?? {}, name);
  const stored = isArtifact ? undefined : definition.stored?.find(record, name);
  if (stored) return storedFile(kit, stored);
  return {
    etag: artifacts.etag(record, name),
    key: artifacts.key(record.id, name),
    head: () => artifacts.head(record, name),
    open: async (range) => (await artifacts.open(record, name, range)).body,
  };
}
