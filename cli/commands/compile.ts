import { randomUUID } from 'node:crypto';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { asUser, type ConnectionOptions, withConnection } from '../user/connection.ts';
import { compileBook } from '../user/operations.ts';
import { assertAccepted } from '../user/refusal.ts';
import { untilSettled } from '../user/settled.ts';

interface Options extends ConnectionOptions {
  readonly title?: string;
  readonly author?: string;
  readonly drafts: boolean;
  readonly leaveOutMissing: boolean;
  readonly wait: boolean;
  readonly json: boolean;
}

async function compile(bookId: string, options: Options): Promise<void> {
  const { title, author, drafts, leaveOutMissing, wait, json } = options;
  const input = {
    ...{ bookId, leaveOutMissing, useExpanded: !drafts },
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    // Each call makes a version; its requests may be sent again.
    idempotencyKey: randomUUID(),
  };
  await interruptible((signal) =>
    asUser(options, signal, async (connection) => {
      if (wait && !drafts) await untilSettled(connection, bookId);
      const { compiledBook: book, userErrors } = (await connection.graph.run(compileBook, { input }))
        .compileBook;
      assertAccepted(`Compiling ${bookId}`, userErrors);
      if (!book) throw new CommandFailed(`${bookId} was compiled, but the answer has no book: try again.`);
      print(json, { bookId, ...book }, () => [
        `${bookId}, version ${book.version}: ${book.wordCount.toLocaleString('en')} words in ${book.chapterCount} chapters`,
        book.id,
      ]);
    }),
  );
}

export const define: Define = (command) => {
  command
    .argument('<book>', 'the book, by your own id of it')
    .option('--title <text>', 'default: the book’s')
    .option('--author <text>', 'default: the book’s')
    .option('--drafts', 'take the drafts as they are, not their expansions', false)
    .option('--leave-out-missing', 'leave out chapters without a draft', false)
    .option(
      '--no-wait',
      'do not wait for expansions that are being made: they are named, and nothing is compiled',
    );
  withJson(withConnection(command)).action(compile);
  withExamples(command, [
    ['compile my-novel', 'once all chapters are expanded'],
    ['compile my-novel --json | jq -r .id', 'the id of the version'],
  ]);
};
