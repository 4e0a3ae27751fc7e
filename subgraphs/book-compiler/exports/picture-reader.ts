import sharp from 'sharp';
import { z } from 'zod';
import type { SourceDocument } from '../../../platform/clients/state.ts';
import { COVER_SCHEMA } from '../../../platform/cover.ts';
import { derivedBlobId } from '../../../platform/ids.ts';
import type { Neighbours } from '../../../platform/processor/artifacts.ts';
import type { BlobRecord } from '../../../platform/processor/record.ts';
import type { Picture } from './book/book.ts';
import { pictureIdsIn } from './book/pictures.ts';
import { chapterTexts, NO_PICTURES, type Pictures } from './input.ts';

/** The processor that makes pictures fit to be shown: its renditions carry no place and no camera. */
const IMAGES = { id: 'image-processor', version: '1' } as const;
/** Of what it makes. */
export const ASSET_SCHEMA = 'image-asset-v1';

/** Pictures of one book; the state service names as many at once. */
const MAX_PICTURES = 500;
const MAX_PICTURE_BYTES = 16 * 1024 * 1024;
/** Of all pictures of one book. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Pixels of a page's width, and of a cover's. */
const WIDTH = { page: 1_280, cover: 2_048 } as const;
const MAX_PIXELS = 2_048 * 16_384;

const asset = z.object({
  renditions: z.array(z.object({ name: z.string(), format: z.string(), width: z.number() })),
});
type Rendition = z.infer<typeof asset>['renditions'][number];

/** The largest that is not wider than wanted, in a format that is read here. */
const fitting = (renditions: readonly Rendition[], width: number): Rendition | undefined =>
  renditions
    .filter((each) => each.format === 'WEBP')
    .toSorted((a, b) => b.width - a.width)
    .find((each) => each.width <= width);

/** JPEG, or PNG where something shows through: e-readers know WebP only since the standard of 2023. */
async function encoded(bytes: Uint8Array): Promise<Picture> {
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

  /** By the ids that were asked for: each names an image that was uploaded, or what was made of it. */
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
 * The cover and the pictures of a stored book's text, from the store of the book's owner: those that are there, 500 and
 * 64 MiB at most.
 * @throws BlobgraphError SERVICE_UNAVAILABLE: they cannot be read now
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
