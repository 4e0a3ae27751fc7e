import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Unpacks an archive with Python's library, which verifies checksums. */
const UNPACK = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for index, info in enumerate(archive.infolist()):
        open(sys.argv[2] + '/' + str(index), 'wb').write(archive.read(info))
        print(info.filename)
`;

/** The files of a ZIP by path, in order. @throws when it is not a valid ZIP */
export async function unzipped(bytes: Uint8Array): Promise<Map<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'archive-'));
  try {
    const path = join(folder, 'archive.zip');
    await writeFile(path, bytes);
    const { stdout } = await run('python3', ['-X', 'utf8', '-c', UNPACK, path, folder]);
    const names = stdout.split('\n').filter((name) => name !== '');
    const files = await Promise.all(
      names.map(async (name, index) => [name, await readFile(join(folder, String(index)))] as const),
    );
    return new Map(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The manifest of an export. */
export interface Manifest {
  readonly format_version: number;
  readonly user_id: string;
  readonly complete: boolean;
  readonly counts: Readonly<Record<'entries' | 'contents' | 'files' | 'books' | 'conversations', number>>;
  readonly missing: readonly {
    readonly kind: string;
    readonly processor_id: string | null;
    readonly code: string;
    readonly count: number;
    readonly ids: readonly string[];
    readonly cut_paths: readonly string[];
  }[];
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

interface Blob {
  readonly id: string;
  readonly [member: string]: unknown;
}

/**
 * Reads an export: its manifest, index entries, contents by id, and files.
 * @throws when the manifest does not match the files
 */
export async function readExport(bytes: Uint8Array) {
  const files = await unzipped(bytes);
  const paths = [...files.keys()];
  const manifest = JSON.parse(String(files.get('manifest.json'))) as Manifest;
  const listed = manifest.files.map(({ path, bytes: size, sha256 }) => [path, size, sha256]);
  const found = paths.slice(0, -1).map((path) => {
    const content = files.get(path) as Buffer;
    return [path, content.length, createHash('sha256').update(content).digest('hex')];
  });
  if (JSON.stringify(listed) !== JSON.stringify(found) || paths.at(-1) !== 'manifest.json')
    throw new Error(`The manifest lists other files: ${JSON.stringify([listed, found])}`);
  const lines = (folder: string) =>
    paths
      .filter((path) => path.startsWith(folder))
      .flatMap((path) => String(files.get(path)).split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Blob);
  const contents = new Map<string, Blob>();
  for (const path of paths.filter((each) => each.startsWith('contents/'))) {
    const document = JSON.parse(String(files.get(path))) as { blobs?: Blob[]; blob?: Blob };
    for (const blob of document.blobs ?? (document.blob ? [document.blob] : [])) contents.set(blob.id, blob);
  }
  return { files, manifest, entries: lines('index/'), books: lines('books/'), contents };
}
