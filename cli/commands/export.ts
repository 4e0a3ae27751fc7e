import { resolve } from 'node:path';
import { Option } from 'commander';
import { UsageError } from '../../platform/process/exit.ts';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { assertPlace } from '../terminal/new-file.ts';
import { progressOf } from '../terminal/progress.ts';
import { asUser, type Connection, type ConnectionOptions, withConnection } from '../user/connection.ts';
import { download, downloadFile } from '../user/download.ts';
import { findExport, made, newestOf } from '../user/exports.ts';

interface Options extends ConnectionOptions {
  readonly book?: string;
  readonly format: string;
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
}

const ENDINGS: Readonly<Record<string, string>> = {
  markdown: 'md',
  html: 'html',
  epub: 'epub',
  pdf: 'pdf',
  deck: 'pptx',
};

/** A file's name that holds no more than letters, digits and dashes. */
const nameOf = (title: string, format: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80) || 'export'
  }.${ENDINGS[format]}`;

/** @throws UsageError when something is there already */
async function placeFor(given: string | undefined, name: string, force: boolean): Promise<string> {
  const path = resolve(given ?? name);
  await assertPlace(path, { force, fix: 'add --force, or name another file with --output.' });
  return path;
}

async function write(connection: Connection, id: string, options: Options): Promise<void> {
  const { gateway, signal } = connection;
  const { format, output, force, json } = options;
  const found = await findExport(connection, id, format.toUpperCase());
  const path = output === '-' ? '-' : await placeFor(output, nameOf(found.title, format), force);
  const file = await made(connection, found);
  const from = { url: `${gateway}${file.url}`, progress: progressOf('downloading', 'bytes'), signal };
  if (path === '-') return void (await download(async () => process.stdout, from));
  const bytes = await downloadFile(path, from);
  print(json, { id, format: file.format, file: path, bytes }, () => [path]);
}

async function exportFile(id: string | undefined, options: Options): Promise<void> {
  const { book, output, json } = options;
  if ((id === undefined) === (book === undefined))
    throw new UsageError(
      'Name a compiled book or a pitch by its id, or the newest version of a book with --book.',
    );
  if (json && output === '-') throw new UsageError('--output - takes stdout for the file: leave out --json.');
  await interruptible((signal) =>
    asUser(options, signal, async (connection) =>
      write(connection, id ?? (await newestOf(connection, book ?? '')), options),
    ),
  );
}

export const define: Define = (command) => {
  command
    .argument('[id]', 'a compiled book or a pitch')
    .option('--book <id>', 'the newest version of this book')
    .addOption(
      new Option('--format <format>', 'of a book all but deck; of a pitch markdown and deck (PPTX)')
        .choices(Object.keys(ENDINGS))
        .default('epub'),
    )
    .option('--output <file>', 'default: named after the title, here; - is stdout')
    .option('--force', 'replace the file if it exists', false);
  withJson(withConnection(command), 'print the file’s path and size as JSON').action(exportFile);
  withExamples(command, [
    ['export --book my-novel', 'an EPUB of its newest version'],
    ['export 01J… --format pdf --output novel.pdf', 'one version as a PDF'],
  ]);
};
