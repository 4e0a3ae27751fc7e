import type { Readable } from 'node:stream';
import { z } from 'zod';
import { routed } from '../../platform/ids/service-path.ts';
import { isId } from '../../platform/serving/direct-reads/input.ts';
import { noBlob, type Owner } from '../../platform/serving/direct-reads/owners.ts';
import type { ContentDependencies } from './contents.ts';
import type { KeptEntry } from './entries.ts';

/** A file may have to be rendered when it is first read. */
const TIMEOUT_MS = 120_000;

/** A file that belongs to a blob. */
export interface BlobFile {
  readonly entry: KeptEntry;
  /** Its name at the blob's owner, e.g. `epub`. */
  readonly name: string;
}

/** The members of an `image-asset-v1` blob that name its files. */
const pictureSchema = z.object({
  data: z.object({
    original: z.object({ file_name: z.string() }),
    renditions: z.array(z.object({ name: z.string(), format: z.string() })),
  }),
});
const PICTURES = 'image-asset-v1';

/** Files that completed runs made from a blob, such as book exports. */
export const madeFiles = (entry: KeptEntry): BlobFile[] =>
  entry.runs
    .filter(({ processor_id, state }) => processor_id === entry.processor_id && state === 'COMPLETED')
    .flatMap(({ artifact }) => (artifact === null ? [] : [{ entry, name: artifact }]));

/** Files that are stored with a blob: a picture's original and renditions. */
export function storedFiles(entry: KeptEntry, blob: unknown): BlobFile[] {
  if (entry.schema_id !== PICTURES) return [];
  const parsed = pictureSchema.safeParse(blob);
  if (!parsed.success) return [];
  const renditions = parsed.data.data.renditions.map(({ name, format }) => `${name}-${format.toLowerCase()}`);
  return ['original', ...renditions].map((name) => ({ entry, name }));
}

export interface OpenedFile {
  /** Its errors are for whoever reads it; unread, they are ignored. */
  readonly body: Readable;
  /** The name from the owner's `Content-Disposition`; unsafe as a path. */
  readonly fileName: string;
}

/** The file name of a `Content-Disposition` header (RFC 6266); empty without one. */
function fileNameIn(disposition = ''): string {
  const [, extended] = /filename\*=utf-8''([^;]+)/i.exec(disposition) ?? [];
  const [, quoted = ''] = /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition) ?? [];
  try {
    return extended ? decodeURIComponent(extended) : quoted.replace(/\\(.)/g, '$1');
  } catch {
    return '';
  }
}

/** Opens a file at its owner. @throws BlobgraphError */
export async function openFile(
  { http, viewer, signal }: ContentDependencies,
  owner: Owner,
  { entry, name }: BlobFile,
): Promise<OpenedFile> {
  if (!isId(entry.id) || !isId(name)) throw noBlob();
  const { body, headers } = await http.stream(owner.target, {
    method: 'GET',
    path: routed`/blobs/${entry.id}/artifacts/${name}`,
    viewer,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  // The reader of the body reports it.
  body.on('error', () => undefined);
  return { body, fileName: fileNameIn(headers['content-disposition']) || name };
}
