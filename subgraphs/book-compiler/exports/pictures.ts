import pMap from 'p-map';
import { z } from 'zod';
import type { ProcessorClient } from '../../../platform/clients/processor.ts';
import type { SourceDocument, StateClient } from '../../../platform/clients/state.ts';
import { COVER_SCHEMA } from '../../../platform/cover.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { BlobRecord } from '../../../platform/processor/record.ts';
import type { Picture } from './book/book.ts';
import { pictureIdsIn } from './book/pictures.ts';
import { chapterTexts, type Pictures } from './input.ts';

/** The schema of what is made of an image to be shown. */
export const ASSET_SCHEMA = 'image-asset-v1';

/** Reads the pictures of a book where they are kept. */
export interface PictureReader {
  /** Those that the book's owner has, and that could be read; the words of others stand in the text. */
  read(book: BlobRecord): Promise<Pictures>;
}

export interface PictureReaderDependencies {
  readonly state: Pick<StateClient, 'results' | 'sources'>;
  readonly processors: ProcessorClient;
  readonly logger: Logger;
}

const MAX_PICTURES = 500;
/** Bytes of one, and of all of a book. */
const MAX_BYTES = { one: 16 * 1_048_576, all: 128 * 1_048_576 } as const;
const AT_ONCE = 4;

const asset = z.object({
  renditions: z.array(
    z.object({
      name: z.string(),
      format: z.string(),
      width: z.number(),
      height: z.number(),
      size_bytes: z.number(),
    }),
  ),
});

const isAway = (error: unknown): boolean =>
  error instanceof BlobgraphError &&
  ['FORBIDDEN', 'BLOB_NOT_FOUND', 'NOT_FOUND', 'CONTENT_MISSING'].includes(error.code);

class Reading {
  readonly #deps: PictureReaderDependencies;
  readonly #userId: string;
  #left: number = MAX_BYTES.all;

  constructor(deps: PictureReaderDependencies, userId: string) {
    this.#deps = deps;
    this.#userId = userId;
  }

  /** The blobs that have what is shown of each: an image's newest, or the one that was named itself. */
  async assets(ids: readonly string[]): Promise<Map<string, SourceDocument>> {
    const { state } = this.#deps;
    const found = new Map<string, SourceDocument>();
    const named = await pMap(ids, (id) => this.#orNothing(state.sources(this.#userId, [id])), {
      concurrency: AT_ONCE,
    });
    for (const [source] of named) if (source?.schema_id === ASSET_SCHEMA) found.set(source.id, source);
    const images = named.flatMap(([source]) => (source?.schema_id === COVER_SCHEMA ? source.id : []));
    if (images.length > 0)
      for (const { of, result } of await state.results(this.#userId, ASSET_SCHEMA, images))
        found.set(of, result);
    return found;
  }

  async picture({ id: blobId, owner, base_url: baseUrl }: SourceDocument): Promise<Picture | null> {
    const { processors, logger } = this.#deps;
    if (baseUrl === null) return null;
    const target = { id: owner, baseUrl };
    try {
      const [blob] = await processors.blobs(target, this.#userId, [blobId]);
      const webp = asset.parse(blob?.data).renditions.filter(({ format }) => format === 'WEBP');
      const [best] = webp.toSorted((a, b) => b.width - a.width);
      if (!best || best.size_bytes > this.#left) return null;
      this.#left -= best.size_bytes;
      const name = `${best.name}-webp`;
      const bytes = await processors.file(target, this.#userId, { blobId, name, maxBytes: MAX_BYTES.one });
      return { mediaType: 'image/webp', bytes, width: best.width, height: best.height };
    } catch (error) {
      if (!isAway(error) && error instanceof BlobgraphError) throw error;
      logger.warn({ err: error, blobId }, 'a picture of a book could not be read, and is left out');
      return null;
    }
  }

  async #orNothing(work: Promise<SourceDocument[]>): Promise<SourceDocument[]> {
    return work.catch((error: unknown) => {
      if (isAway(error)) return [];
      throw error;
    });
  }
}

/** @throws BlobgraphError SERVICE_UNAVAILABLE: the file is tried again later, and is not made without its pictures */
export const createPictureReader = (deps: PictureReaderDependencies): PictureReader => ({
  async read(book) {
    const cover = (book.data['cover_blob_id'] as string | null | undefined) ?? null;
    const ids = [...new Set([...(cover === null ? [] : [cover]), ...pictureIdsIn(chapterTexts(book))])];
    const reading = new Reading(deps, book.userId);
    const assets = await reading.assets(ids.slice(0, MAX_PICTURES));
    const pictures = new Map<string, Picture>();
    const read = async ([id, source]: [string, SourceDocument]) => {
      const picture = await reading.picture(source);
      if (picture) pictures.set(id, picture);
    };
    await pMap(assets, read, { concurrency: AT_ONCE });
    return { cover: (cover !== null && pictures.get(cover)) || null, pictures };
  },
});
