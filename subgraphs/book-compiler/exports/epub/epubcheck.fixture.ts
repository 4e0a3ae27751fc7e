import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { epubcheckCommand, epubcheckFolder } from '../../../../cli/services/epubcheck.ts';
import { projectFile } from '../../../../platform/process/paths.ts';

/** The run is too short for the optimising compiler to pay off. */
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

/**
 * Checks a book with the W3C's epubcheck: a line for each message, and its metadata. @throws when it is not installed
 */
export async function epubcheck(epub: Uint8Array) {
  if (!existsSync(epubcheckFolder(TOOLS)))
    throw new Error('There is no epubcheck: npm run services -- up installs it');
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-epub-'));
  const [book, report] = [join(folder, 'book.epub'), join(folder, 'report.json')];
  try {
    await writeFile(book, epub);
    // It exits with 1 when it finds errors; the report lists them.
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
