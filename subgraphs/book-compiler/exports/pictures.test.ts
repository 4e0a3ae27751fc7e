import { expect, it } from 'vitest';
import type { SourceDocument } from '../../../platform/clients/state.ts';
import { BlobgraphError, type ErrorCode } from '../../../platform/errors.ts';
import { createLogger } from '../../../platform/logger.ts';
import type { BlobRecord } from '../../../platform/processor/record.ts';
import { createPictureReader } from './pictures.ts';

const idOf = (number: number) => `7d2c0b1e-0000-4000-8000-00000000000${number}`;
const source = (id: string, schema_id: string) =>
  ({
    id,
    schema_id,
    owner: 'image-processor',
    base_url: 'http://127.0.0.1:1',
  }) as SourceDocument;
const rendition = (name: string, width: number, format = 'WEBP') => ({
  name,
  format,
  width,
  height: width,
  size_bytes: 3,
});
const book = (texts: readonly string[], cover: string | null) =>
  ({
    userId: 'alice',
    data: { cover_blob_id: cover },
    beside: { chapters: texts.map((compiled_text) => ({ compiled_text })) },
  }) as unknown as BlobRecord;

/** `images`: ids of uploaded images, by those of what was made of them. */
function reader(images: Readonly<Record<string, string>>, failure: ErrorCode | null = null) {
  const asked: string[] = [];
  const pictures = createPictureReader({
    logger: createLogger('silent'),
    state: {
      async sources(_userId, ids) {
        const [id = ''] = ids;
        if (id === idOf(9)) throw new BlobgraphError('FORBIDDEN', 'no');
        if (id in images) return [source(id, 'image-input-v1')];
        return Object.values(images).includes(id) ? [source(id, 'image-asset-v1')] : [];
      },
      results: async (_userId, _schemaId, ids) =>
        ids.map((of) => ({ of, result: source(images[of] ?? '', 'image-asset-v1') })),
    },
    processors: {
      async blobs(_target, user_id, [id = '']) {
        const renditions = [
          rendition('640', 640),
          rendition('1280', 1_280),
          rendition('2048', 2_048, 'AVIF'),
        ];
        return [{ id, user_id, data: { renditions } }];
      },
      async file(_target, _userId, { blobId, name }) {
        if (failure) throw new BlobgraphError(failure, 'no');
        asked.push(`${blobId} ${name}`);
        return Buffer.from('pic');
      },
    },
  });
  return { pictures, asked };
}

it('reads the cover and the pictures of the text, each once, in its largest WebP', async () => {
  const { pictures, asked } = reader({ [idOf(1)]: idOf(2) });
  const text = `![a](blob:${idOf(1)}) ![b](blob:${idOf(2)}) ![c](blob:${idOf(3)}) ![d](https://example.org/x.png)`;
  const found = await pictures.read(book([text, text], idOf(1)));
  expect([...found.pictures.keys()].toSorted()).toEqual([idOf(1), idOf(2)]);
  expect(found.cover).toEqual({
    mediaType: 'image/webp',
    bytes: Buffer.from('pic'),
    width: 1_280,
    height: 1_280,
  });
  expect(asked).toEqual([`${idOf(2)} 1280-webp`, `${idOf(2)} 1280-webp`]);
});

it('leaves out what is not there, or not for it to read', async () => {
  const { pictures } = reader({});
  expect(await pictures.read(book([`![a](blob:${idOf(9)})`], idOf(4)))).toEqual({
    cover: null,
    pictures: new Map(),
  });
  const gone = reader({ [idOf(1)]: idOf(2) }, 'CONTENT_MISSING');
  expect((await gone.pictures.read(book([], idOf(1)))).cover).toBeNull();
});

it('makes no file without its pictures because their keeper is away', async () => {
  const { pictures } = reader({ [idOf(1)]: idOf(2) }, 'SERVICE_UNAVAILABLE');
  await expect(pictures.read(book([], idOf(1)))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});
