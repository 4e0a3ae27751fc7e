import type { ProcessingState } from '../demo/operations.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { progressOf } from '../terminal/progress.ts';
import type { Connection } from './connection.ts';
import { cursorOfNow, followUntil } from './follow.ts';
import { bookState } from './operations.ts';

const isSettled = (state: ProcessingState): boolean => state !== 'PENDING' && state !== 'PROCESSING';

/** The states of a book's newest drafts, by id. @throws CommandFailed when there is no such book */
async function draftsOf({ graph }: Connection, bookId: string): Promise<Map<string, ProcessingState>> {
  const { book } = await graph.run(bookState, { bookId });
  if (!book)
    throw new CommandFailed(
      `There is no book ${bookId} of this user: \`npx blobgraph put FOLDER\` makes one.`,
      {
        code: 'NOT_FOUND',
        field: 'bookId',
      },
    );
  return new Map(book.chapters.flatMap(({ draft }) => (draft ? [[draft.id, draft.processing.state]] : [])));
}

/** Waits until no chapter's draft is in work, and shows how far they are. */
export async function untilSettled(connection: Connection, bookId: string): Promise<void> {
  // Read first: a change that comes while the chapters are read must not be missed.
  const after = await cursorOfNow(connection);
  let states = await draftsOf(connection, bookId);
  const progress = progressOf('expanding', 'chapters');
  const settled = () => [...states.values()].filter(isSettled).length;
  const isDone = () => {
    progress.at(settled(), states.size);
    return settled() === states.size;
  };
  if (settled() === states.size) return;
  try {
    await followUntil(connection, {
      filter: { bookId },
      after,
      isDone,
      onChange({ kind, blobId, blob }) {
        if (kind === 'DELETED') states.delete(blobId);
        else if (blob && states.has(blobId)) states.set(blobId, blob.processing.state);
      },
      async readAgain() {
        states = await draftsOf(connection, bookId);
      },
    });
  } finally {
    progress.end();
  }
}
