import { z } from 'zod';
import { COVER_SCHEMA } from '../../../platform/clients/cover.ts';
import type { SourceDocument } from '../../../platform/clients/state.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { Neighbours } from '../../../platform/processor/artifacts/definition.ts';
import type { BlobRecord } from '../../../platform/processor/records/record.ts';
import type { Picture } from './book/book.ts';
import { pictureIdsIn } from './book/pictures.ts';
import { chapterTexts, NO_PICTURES, type Pictures } from './input.ts';

/** The processor of images. Its renditions carry no position and no camera. */
const IMAGES = { id: 'image-processor', version: '1' } as const;
/** The schema of its blobs. */
export const ASSET_SCHEMA = 'image-asset-v1';

/** Pictures of one book; the state service answers as many ids at once. */
const MAX_PICTURES = 500;
const MAX_PICTURE_BYTES = 16 * 1024 * 1024;
/** All pictures of one book together. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Widths in pixels. */
const WIDTH = { page: 1_280, cover: 2_048 } as const;
const MAX_PIXELS = 2_048 * 16_384;

const asset = z.object({
  renditions: z.array(z.object({ name: z.string(), format: z.string(), width: z.number() })),
});
type Rendition = z.infer<typeof asset>['renditions'][number];

/** The largest rendition up to `width`, in a format that is read here. */
const fitting = (renditions: readonly Rendition[], width: number): Rendition | undefined =>
  renditions
    .filter((each) => each.format === 'WEBP')
    .toSorted((a, b) => b.width - a.width)
    .find((each) => each.width <= width);

/** JPEG, or PNG with transparency: WebP is in the EPUB standard only since 2023. */
async function encoded(bytes: Uint8Array): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
  const { hasAlpha } = await picture.metadata();
  const image = hasAlpha ? picture.png() : picture.jpeg({ quality: 85 });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { mediaType: hasAlpha ? 'image/png' : 'image/jpeg', bytes: data, width, height };
}

class PictureReader {
  readonly #neighbours: Neighbours;
  readonly #userId: string;
  #left = MAX_BYTES;

  constructor(neighbours: Neighbours, userId: string) {
    this.#neighbours = neighbours;
    this.#userId = userId;
  }

  /** Reads pictures. Each id names an uploaded image or its asset; the result has the same ids. */
  async read(ids: readonly string[], widthOf: (id: string) => number): Promise<Map<string, Picture>> {
    const pictures = new Map<string, Picture>();
    for (const [id, made] of await this.#assets(ids)) {
      const picture = await this.#picture(made, widthOf(id));
      if (picture) pictures.set(id, picture);
    }
    return pictures;
  }

  async #assets(ids: readonly string[]): Promise<Map<string, SourceDocument>> {
    const { state } = this.#neighbours;
    const named = await state.sources(this.#userId, ids);
    const made = named.filter(({ schema_id }) => schema_id === ASSET_SCHEMA);
    const assets = new Map(made.map((source) => [source.id, source]));
    const uploaded = named
      .filter(({ schema_id }) => schema_id === COVER_SCHEMA)
      .map(({ id }) => [derivedBlobId(id, IMAGES.id, IMAGES.version, 0), id] as const);
    const of = new Map(uploaded);
    if (of.size === 0) return assets;
    for (const source of await state.sources(this.#userId, [...of.keys()])) {
      const id = of.get(source.id);
      if (id !== undefined && source.schema_id === ASSET_SCHEMA) assets.set(id, source);
    }
    return assets;
  }

  async #picture({ id, owner, base_url: baseUrl }: SourceDocument, width: number): Promise<Picture | null> {
    if (baseUrl === null) return null;
    const { processors } = this.#neighbours;
    const target = { id: owner, baseUrl };
    const [blob] = await processors.blobs(target, this.#userId, [id]);
    const { renditions = [] } = asset.safeParse(blob?.data).data ?? {};
    const rendition = fitting(renditions, width);
    if (!rendition) return null;
    const name = `${rendition.name}-${rendition.format.toLowerCase()}`;
    const bytes = await processors.file(target, this.#userId, { id, name, maxBytes: MAX_PICTURE_BYTES });
    const picture = await encoded(bytes);
    if (picture.bytes.byteLength > this.#left) return null;
    this.#left -= picture.bytes.byteLength;
    return picture;
  }
}

/**
 * The cover and pictures of a stored book, from its owner's images. Missing ones are left out, as are those beyond 500
 * pictures or 64 MiB.
 * @throws BlobgraphError SERVICE_UNAVAILABLE when they cannot be read now
 */
export async function readPictures(record: BlobRecord, neighbours: Neighbours): Promise<Pictures> {
  const { cover_blob_id: cover } = record.data as { readonly cover_blob_id?: string | null };
  const inText = pictureIdsIn(chapterTexts(record));
  const ids = [...new Set([...(cover ? [cover] : []), ...inText])].slice(0, MAX_PICTURES);
  if (ids.length === 0) return NO_PICTURES;
  const reader = new PictureReader(neighbours, record.userId);
  const found = await reader.read(ids, (id) => (id === cover ? WIDTH.cover : WIDTH.page));
  const pictures = new Map(
    inText.flatMap((id) => {
      const picture = found.get(id);
      return picture ? [[id, picture] as const] : [];
    }),
  );
  return { cover: (cover && found.get(cover)) || null, pictures };
}
