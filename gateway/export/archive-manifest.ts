import { type BlobgraphError, shortMessage } from '../../platform/errors/errors.ts';
import type { ArchivedFile } from './archive.ts';

/** Increased by changes that readers of the archive must know of. */
const FORMAT_VERSION = 1;
/** Ids listed for each reason. */
const MAX_IDS = 1_000;
/** Reasons listed. What is missing for a reason beyond them is in no count. */
const MAX_REASONS = 1_000;

/** Contents or files of blobs that are missing for one reason. */
interface Missing {
  readonly kind: 'content' | 'file';
  /** The owner of the blob. */
  readonly processor_id: string;
  readonly code: string;
  readonly message: string;
  /** The number of contents or files. */
  count: number;
  /** Ids of the first 1,000 blobs. */
  readonly ids: string[];
  /** Paths of the first 1,000 files that were cut off. */
  readonly cut_paths: string[];
}

export interface MissingOne {
  readonly kind: Missing['kind'];
  readonly processorId: string;
  /** All are counted; the manifest lists the first 1,000 of each reason. */
  readonly ids: readonly string[];
  /** Of failures with one code, the first message is kept. */
  readonly error: Pick<BlobgraphError, 'code' | 'message'>;
  /** The path of a file that was cut off. */
  readonly cutPath?: string;
}

/** Collects what is missing from an export, by its first 1,000 reasons. */
export class Shortfall {
  readonly #missing = new Map<string, Missing>();

  note({ kind, processorId, ids, error, cutPath }: MissingOne): void {
    const key = JSON.stringify([kind, processorId, error.code]);
    const known = this.#missing.get(key);
    if (!known && this.#missing.size >= MAX_REASONS) return;
    const missing = known ?? {
      kind,
      processor_id: processorId,
      code: error.code,
      message: shortMessage(error.message),
      count: 0,
      ids: [],
      cut_paths: [],
    };
    missing.count += ids.length;
    missing.ids.push(...ids.slice(0, MAX_IDS - missing.ids.length));
    if (cutPath !== undefined && missing.cut_paths.length < MAX_IDS) missing.cut_paths.push(cutPath);
    this.#missing.set(key, missing);
  }

  all(): readonly Missing[] {
    return [...this.#missing.values()];
  }
}

export interface Counts {
  /** Entries of the index, also of blobs without content. */
  entries: number;
  /** Blobs whose content is in the archive, also when it was cut off. */
  contents: number;
  /** Files of blobs, cut-off ones included. */
  files: number;
  books: number;
  /** At most 1,000: the newest. */
  conversations: number;
}

/** The last file of an archive. */
export const manifestOf = (made: {
  readonly userId: string;
  readonly begunAt: Date;
  readonly endedAt: Date;
  readonly counts: Counts;
  readonly missing: Shortfall;
  readonly notes: readonly string[];
  readonly files: readonly ArchivedFile[];
}) => ({
  format: 'blobgraph-export',
  format_version: FORMAT_VERSION,
  user_id: made.userId,
  begun_at: made.begunAt,
  ended_at: made.endedAt,
  complete: made.missing.all().length === 0 && made.notes.length === 0,
  counts: made.counts,
  missing: made.missing.all(),
  notes: made.notes,
  files: made.files,
});
