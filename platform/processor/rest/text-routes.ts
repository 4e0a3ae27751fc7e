import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../errors/errors.ts';
import { sendText, type TextFile, textBytes } from '../../files/text.ts';
import { requireViewer } from '../../serving/access/authenticate.ts';
import type { Kit } from '../kit/kit.ts';
import { requireRecord } from '../kit/reader.ts';
import type { BlobRecord } from '../records/record.ts';
import { blobFile } from './blob-file.ts';

type TextKit = Pick<Kit, 'artifacts' | 'definition' | 'objects' | 'reader'>;

const noText = (): BlobgraphError => new BlobgraphError('NOT_FOUND', 'Blobs of this type have no text.');

/** A member of a record's data as a text; null where this blob has none. */
function memberOf({ data }: BlobRecord, member: string): string | null {
  const value = data[member];
  return typeof value === 'string' ? value : null;
}

async function artifactText(kit: TextKit, record: BlobRecord, name: string): Promise<TextFile> {
  const file = blobFile(kit, record, name);
  return {
    etag: file.etag,
    async open() {
      const { sizeBytes } = await file.head();
      return { sizeBytes, heldBytes: 0, read: (range) => file.open(range) };
    },
  };
}

/** The text of the caller's blob; only what it needs is read. @throws BlobgraphError BLOB_NOT_FOUND, NOT_FOUND */
async function textOf(kit: TextKit, userId: string, id: string): Promise<TextFile> {
  const { reader, definition } = kit;
  const { text, records } = definition;
  if (text === undefined) throw noText();
  const isMember = typeof text === 'string';
  const wanted = new Set(isMember ? [records.members ? text : 'data'] : []);
  const record = requireRecord(await reader.byIds(userId, [id], wanted), id);
  if (!isMember) return artifactText(kit, record, text.artifact);
  const value = memberOf(record, text);
  if (value === null) throw noText();
  return { etag: `"${record.contentHash}-text"`, open: () => textBytes(value) };
}

/** `GET /blobs/:id/text`: the blob's text as `text/plain`, streamed; ranges, `If-Range`, `If-None-Match`. */
export function textRoutes(app: FastifyInstance, kit: TextKit): void {
  app.get<{ Params: { id: string } }>('/blobs/:id/text', async (request, reply) => {
    const { userId } = requireViewer(request.caller);
    return sendText(request, reply, await textOf(kit, userId, request.params.id));
  });
}
