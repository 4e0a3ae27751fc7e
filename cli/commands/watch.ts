import { type Define, withExamples, withJson } from '../terminal/command.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { asUser, type ConnectionOptions, withConnection } from '../user/connection.ts';
import { cursorOfNow, followChanges } from '../user/follow.ts';
import type { Change } from '../user/operations.ts';

interface Options extends ConnectionOptions {
  readonly book?: string;
  readonly after?: string;
  readonly json: boolean;
}

/** Why a run failed, for people. */
const reasonsIn = ({ blob }: Change): string =>
  (blob?.processing.runs ?? [])
    .flatMap(({ processorId, state, error }) =>
      state === 'FAILED' && error ? [`  ${processorId}: ${error.message} (${error.code})`] : [],
    )
    .join('');

/** A change in a line. */
export function lineOf(change: Change): string {
  const { kind, blobId, occurredAt, blob } = change;
  const about = blob === null ? '' : `  ${blob.processing.state.padEnd(10)}  ${blob.type} “${blob.title}”`;
  return `${occurredAt}  ${kind.padEnd(10)}  ${blobId}${about}${kind === 'FAILED' ? reasonsIn(change) : ''}`;
}

function watch(blobId: string | undefined, { book, after, json, ...connection }: Options): Promise<void> {
  const filter = {
    ...(blobId === undefined ? {} : { blobId }),
    ...(book === undefined ? {} : { bookId: book }),
  };
  const onChange = (change: Change) => console.log(json ? JSON.stringify(change) : lineOf(change));
  return interruptible((signal) =>
    asUser(connection, signal, async (opened) => {
      const from = after ?? (await cursorOfNow(opened));
      console.error('Watching. Stop with Ctrl-C.');
      await followChanges(opened, { filter, after: from, onChange, signal });
    }),
  );
}

export const define: Define = (command) => {
  command
    .argument('[id]', 'a blob; default: all of the user’s')
    .option('--book <id>', 'only blobs of this book')
    .option('--after <cursor>', 'begin after this change, by its `cursor`; default: from now on');
  withJson(withConnection(command), 'print each change as a line of JSON, with its `cursor`').action(watch);
  withExamples(command, [
    ['watch', 'all that changes, until Ctrl-C; a cut connection goes on where it was'],
    ['watch --book my-novel --json', 'for a program'],
  ]);
};
