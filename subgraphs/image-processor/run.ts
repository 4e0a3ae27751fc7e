import { BlobgraphError } from '../../platform/errors.ts';
import type { ObjectStore } from '../../platform/objects/objects.ts';
import type { RunRequest, RunResult } from '../../platform/processor/define.ts';
import { type BlobObject, blobObject } from '../../platform/processor/records/s3/blob-objects.ts';
import type { AltText, Describer } from './alt-text.ts';
import type { Decoder } from './decoder.ts';
import type { ImageFormat } from './format.ts';
import { type ImageInput, imageInput, openOriginal } from './original.ts';
import type { Picture } from './picture/picture.ts';
import { type Rendition, type RenditionFormat, renditionFormats } from './picture/renditions.ts';

/** The resources that pictures are made with. */
export interface ImageTools {
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly decoder: Decoder;
  /** Of a file. */
  readonly maxBytes: number;
  /** Writes alt text where its user wrote none. Absent: nobody does. */
  readonly describer?: Describer;
}

export interface RenditionData {
  readonly name: string;
  readonly format: RenditionFormat;
  readonly width: number;
  readonly height: number;
  readonly size_bytes: number;
  readonly sha256: string;
}

/** The document's `data`: of the schema `image-asset-v1`. */
export interface ImageAssetData {
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  readonly pages: number;
  readonly has_alpha: boolean;
  readonly taken_at?: string;
  readonly camera?: string;
  readonly position?: { readonly latitude: number; readonly longitude: number };
  readonly dominant_colors: readonly string[];
  readonly thumbhash: string;
  readonly alt_text?: string;
  readonly alt_text_by?: string;
  readonly renditions: readonly RenditionData[];
  readonly original: Pick<ImageInput, 'upload_id' | 'sha256' | 'size_bytes' | 'content_type' | 'file_name'>;
}

/** @throws BlobgraphError SCHEMA_VIOLATION: a version of its schema does not say which file it is */
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
 * Makes a picture ready to be shown: its renditions, and what is safe to tell of it.
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
