import { isSettled } from '../../client/watch.ts';
import type { ProcessingState } from '../demo/operations.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { progressOf } from '../terminal/progress.ts';
import type { Connection } from './connection.ts';
import { cursorOfNow, followUntil } from './follow.ts';
import { bookState } from './operations.ts';

interface Processed {
  readonly processing: { readonly state: ProcessingState };
}

/** A book's newest drafts, by id. @throws CommandFailed when there is no such book */
async function draftsOf({ graph }: Connection, bookId: string): Promise<Map<string, Processed>> {
  const { book } = await graph.run(bookState, { bookId });
  if (!book)
    throw new CommandFailed(
      `There is no book ${bookId} of this user: \`npx blobgraph put FOLDER\` makes one.`,
      {
        code: 'NOT_FOUND',
        field: 'bookId',
      },
    );
  return new Map(book.chapters.flatMap(({ draft }) => (draft ? [[draft.id, draft] as const] : [])));
}

/** Waits until no chapter's draft is in work, and shows how far they are. */
export async function untilSettled(connection: Connection, bookId: string): Promise<void> {
  // Read first: a change that comes while the chapters are read must not be missed.
  const after = await cursorOfNow(connection);
  let drafts = await draftsOf(connection, bookId);
  const progress = progressOf('expanding', 'chapters');
  const settled = () => [...drafts.values()].filter(isSettled).length;
  const isDone = () => {
    progress.at(settled(), drafts.size);
    return settled() === drafts.size;
  };
  if (settled() === drafts.size) return;
  try {
    await followUntil(connection, {
      filter: { bookId },
      after,
      isDone,
      onChange({ kind, blobId, blob }) {
        if (kind === 'DELETED') drafts.delete(blobId);
        else if (blob && drafts.has(blobId)) drafts.set(blobId, blob);
      },
      async readAgain() {
        drafts = await draftsOf(connection, bookId);
      },
    });
  } finally {
    progress.end();
  }
}
