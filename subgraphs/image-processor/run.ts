import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { ObjectStore } from '../../platform/objects/objects.ts';
import type { RunRequest, RunResult } from '../../platform/processor/kit/run.ts';
import { type BlobObject, blobObject } from '../../platform/processor/records/blob-objects.ts';
import type { ImageAssetV1 } from '../../schemas/types.generated.ts';
import type { AltText, Describer } from './alt-text.ts';
import type { Decoder } from './picture/decoder.ts';
import type { Picture } from './picture/picture.ts';
import { type Rendition, renditionFormats } from './picture/rendition.ts';
import { type ImageInput, imageInput, openOriginal } from './uploads/original.ts';

/** Opened resources of the image processor. */
export interface ImageTools {
  /** The bucket of the originals. */
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly decoder: Decoder;
  /** Limit of a file in bytes. */
  readonly maxBytes: number;
  /** Writes alt text when the user wrote none. Absent: none is written. */
  readonly describer?: Describer;
}

export type RenditionData = ImageAssetV1['renditions'][number];

/** The blob's `data`: by the schema, with all that this version writes. */
export interface ImageAssetData extends ImageAssetV1 {
  /** Frames or pages of the original, from 1; renditions show the first. */
  readonly pages: number;
  readonly has_alpha: boolean;
}

/** @throws BlobgraphError SCHEMA_VIOLATION when the blob names no uploaded file */
function inputOf(data: unknown): ImageInput {
  const parsed = imageInput.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new BlobgraphError('SCHEMA_VIOLATION', 'The source names no uploaded file.', { field: 'data' });
}

interface Stored {
  readonly data: RenditionData;
  readonly object: BlobObject;
}

function stored({ name, format, width, height, body }: Rendition): Stored {
  const object = blobObject(body, renditionFormats[format]);
  const { sha256 } = object;
  return { object, data: { name, format, width, height, size_bytes: body.byteLength, sha256 } };
}

interface Made {
  readonly picture: Picture;
  readonly renditions: readonly Stored[];
  readonly altText: AltText | null;
}

function dataOf(input: ImageInput, { picture, renditions, altText }: Made): ImageAssetData {
  const { takenAt, camera, position } = picture;
  const { upload_id, sha256, size_bytes, content_type, file_name } = input;
  return {
    width: picture.width,
    height: picture.height,
    format: picture.format,
    pages: picture.pages,
    has_alpha: picture.hasAlpha,
    ...(takenAt === undefined ? {} : { taken_at: takenAt }),
    ...(camera === undefined ? {} : { camera }),
    ...(position ? { position } : {}),
    dominant_colors: picture.dominantColors,
    thumbhash: picture.thumbhash,
    ...(altText ? { alt_text: altText.text, alt_text_by: altText.by } : {}),
    renditions: renditions.map(({ data }) => data),
    original: { upload_id, sha256, size_bytes, content_type, file_name },
  };
}

type Asked = Pick<RunRequest, 'id' | 'userId' | 'source' | 'signal' | 'onProgress'>;

/**
 * Makes an asset of an uploaded picture: renditions, placeholders, and the metadata that is safe to publish.
 * @throws BlobgraphError SCHEMA_VIOLATION, NOT_FOUND, IMAGE_UNSUPPORTED, IMAGE_INVALID, IMAGE_TOO_LARGE
 */
export async function processImage(
  { id, userId, source, signal, onProgress }: Asked,
  { objects, decoder, maxBytes, describer }: ImageTools,
): Promise<RunResult<ImageAssetData>> {
  const input = inputOf(source.data);
  const { alt_text: given, keep_position: keepPosition = false, file_name: fileName } = input;
  const bytes = await openOriginal(objects, userId, input, maxBytes);
  const withSample = given === undefined && describer !== undefined;
  const picture = await decoder.make(bytes, { keepPosition, withSample, signal, onProgress });
  const { sample, width, height } = picture;
  const written = sample && (await describer?.describe({ userId, runId: id, jpeg: sample, signal }));
  const altText = given === undefined ? (written ?? null) : { text: given, by: 'user' };
  const renditions = picture.renditions.map(stored);
  return {
    preview: altText?.text ?? `${fileName}, ${width} × ${height}`,
    data: dataOf(input, { picture, renditions, altText }),
    objects: renditions.map(({ object }) => object),
  };
}
