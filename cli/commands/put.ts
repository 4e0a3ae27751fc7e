import { stat } from 'node:fs/promises';
import { UsageError } from '../../platform/process/exit.ts';
import { hasCode } from '../../platform/process/process-identity.ts';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { asUser, type Connection, type ConnectionOptions, withConnection } from '../user/connection.ts';
import { readFolder } from '../user/markdown-folder.ts';
import { type PutBook, putBook } from '../user/put-book.ts';
import { type PutFile, putFiles } from '../user/put-files.ts';

interface Options extends ConnectionOptions {
  readonly book?: string;
  readonly title?: string;
  readonly schema?: string;
  readonly type?: string;
  readonly exact: boolean;
  readonly json: boolean;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new UsageError(`There is no ${path}: name files and folders that exist.`);
  });
  return found.isDirectory();
}

const fileLine = ({ id, title, file }: PutFile): string => `${id}  ${file} “${title}”`;

const bookLines = ({ bookId, title, chapters, stored, removed }: PutBook): string[] => [
  ...chapters.map(({ id, title: chapter }, index) => `${id}  ${index + 1}. ${chapter}`),
  ...(removed.length > 0 ? [`Taken out, as no file has them: chapters ${removed.join(', ')}.`] : []),
  `“${title}” (${bookId}): ${stored} of ${chapters.length} chapters were stored${stored < chapters.length ? ', the others were there' : ''}.`,
];

async function store(connection: Connection, paths: readonly string[], options: Options): Promise<void> {
  const { book: bookId, title, exact, json } = options;
  const kinds = await Promise.all(paths.map(isFolder));
  const folders = paths.filter((_, place) => kinds[place]);
  if (folders.length !== 1 && (bookId !== undefined || title !== undefined))
    throw new UsageError('--book and --title name the book of one folder: put one folder at a time.');
  // All is read before anything is sent.
  const books = await Promise.all(folders.map((folder) => readFolder(folder, { bookId, title })));
  const files = await putFiles(
    connection,
    paths.filter((_, place) => !kinds[place]),
    options,
  );
  const put: PutBook[] = [];
  for (const book of books) put.push(await putBook(connection, book, { exact }));
  print(json, { files, books: put }, () => [...files.map(fileLine), ...put.flatMap(bookLines)]);
}

const put = (paths: string[], options: Options): Promise<void> =>
  interruptible(
    (signal) => asUser(options, signal, (connection) => store(connection, paths, options)),
    'Stopped. Put the same again to continue: nothing is stored twice.',
  );

export const define: Define = (command) => {
  command
    .argument('<files...>', 'texts (.md, .markdown, .txt), JSON documents, or folders of texts')
    .option(
      '--book <id>',
      'your own id of the folder’s book; default: made of the folder’s name, or its book.json’s',
    )
    .option('--title <text>', 'the book’s title; default: the folder’s name, or its book.json’s')
    .option('--exact', 'take chapters that no file has out of the book; their drafts stay', false)
    .option('--schema <id>', 'the schema of JSON documents')
    .option('--type <type>', 'the type of the files’ blobs; default: text, or document');
  withJson(withConnection(command)).action(put);
  withExamples(command, [
    ['put my-novel', 'a folder: a book with a chapter for each file, by their names'],
    ['put my-novel --exact', 'once the file of a chapter was removed'],
    ['put idea.md note.txt', 'each a blob of its own'],
  ]);
};
