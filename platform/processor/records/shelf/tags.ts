import type { Shelf, ShelfPlace } from '../../../shelf/shelf.ts';
import { bounded, TookTooLong } from '../../../time/bounded.ts';
import { timeFor, withoutDeadline } from '../../../time/deadline.ts';
import { type BlobRecord, isPending } from '../record.ts';
import type { RecordsDefinition } from '../records.ts';
import { recordFrom } from './fields.ts';

/** Finds a user's blobs by the tags that they carry, as {@link RecordsDefinition.tags} gives them. */
export interface BlobTags {
  /**
   * Ids of the user's other blobs that carry any tag of this one, at most `limit` of each tag. Where the tags were lost,
   * they are made again from the records.
   */
  sharing(record: BlobRecord, limit: number): Promise<string[]>;
}

/** Tags of a record; none while it has no content. */
export const tagsOf = (
  { tags }: RecordsDefinition,
  record: Pick<BlobRecord, 'contentHash' | 'data' | 'beside'>,
): readonly string[] => (isPending(record) ? [] : (tags?.(record) ?? []));

const PAGE = 500;
/** For tags of a user to be entered anew; one with a hundred thousand texts is answered with those that are there by then. */
const WAIT_MS = 2_000;

async function briefly(work: Promise<void>): Promise<void> {
  try {
    await bounded('Entering tags anew', timeFor(WAIT_MS), work);
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
  }
}

/** Enters the tags of all records of a user anew. */
async function retag(shelf: Shelf, definition: RecordsDefinition, userId: string): Promise<void> {
  let place: ShelfPlace = {};
  for (;;) {
    const ids = await shelf.list(userId, place, PAGE);
    const found = await shelf.read(ids);
    const records = ids.flatMap((id, index) => {
      const fields = found[index];
      return fields ? [recordFrom(definition, id, fields, 'all')] : [];
    });
    await Promise.all(records.map((record) => shelf.tag(userId, record.id, tagsOf(definition, record))));
    const last = records.at(-1);
    if (ids.length < PAGE || !last) return;
    place = { after: last };
  }
}

export function createTags(shelf: Shelf, definition: RecordsDefinition): BlobTags {
  /** Users whose tags are made again now. */
  const retagging = new Map<string, Promise<void>>();
  const again = (userId: string): Promise<void> => {
    const running =
      retagging.get(userId) ??
      // It serves all who ask for this user's.
      withoutDeadline(() => retag(shelf, definition, userId)).finally(() => retagging.delete(userId));
    // The caller may be gone by now.
    running.catch(() => undefined);
    retagging.set(userId, running);
    return running;
  };
  return {
    async sharing(record, limit) {
      const { id, userId } = record;
      const tags = tagsOf(definition, record);
      if (tags.length === 0) return [];
      if (await shelf.lacksTag(userId, id, tags)) await briefly(again(userId));
      const found = await shelf.tagged(userId, tags, limit);
      return found.filter((each) => each !== id);
    },
  };
}
