import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { epubcheckCommand, epubcheckFolder } from '../../../../cli/services/epubcheck.ts';
import { projectFile } from '../../../../platform/paths.ts';

/** Its work is done before the compiler would have paid. */
const JVM = ['-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
const TOOLS = projectFile('.blobgraph');

interface Report {
  readonly messages: readonly {
    readonly ID: string;
    readonly severity: string;
    readonly message: string;
    readonly locations: readonly { readonly path: string; readonly line: number; readonly column: number }[];
  }[];
  readonly publication: Readonly<Record<string, unknown>>;
}

/** The W3C's opinion of a book: a line for each message, and what it read of it. @throws where it is not installed */
export async function epubcheck(epub: Uint8Array) {
  if (!existsSync(epubcheckFolder(TOOLS)))
    throw new Error('There is no epubcheck: npm run services -- up installs it');
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-epub-'));
  const [book, report] = [join(folder, 'book.epub'), join(folder, 'report.json')];
  try {
    await writeFile(book, epub);
    // It ends with 1 where it finds mistakes, which the report names.
    await promisify(execFile)('java', [...JVM, ...epubcheckCommand(TOOLS), book, '--json', report]).catch(
      () => undefined,
    );
    const { messages, publication } = JSON.parse(await readFile(report, 'utf8')) as Report;
    const lines = messages
      .filter(({ severity }) => severity !== 'SUPPRESSED')
      .map(({ ID, severity, message, locations }) => {
        const [at] = locations;
        return `${severity} ${ID} ${at?.path}:${at?.line}:${at?.column} ${message}`;
      });
    return { lines, publication };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
