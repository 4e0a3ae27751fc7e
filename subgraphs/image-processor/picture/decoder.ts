import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { IsolatedProcessDied, IsolatedRefusal, runIsolated } from '../../../platform/isolated/run.ts';
import { builtFile } from '../../../platform/process/paths.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { formats, type ImageFormat } from './format.ts';
import type { Picture, PictureTask } from './picture.ts';
import { type RenditionFormat, renditionFormats } from './rendition.ts';

/** Decodes pictures and makes their renditions, each in a process of its own. */
export interface Decoder {
  /**
   * @param input the bytes of the file
   * @throws BlobgraphError IMAGE_UNSUPPORTED, IMAGE_INVALID, IMAGE_TOO_LARGE; the signal's reason; errors of `input`
   */
  make(input: AsyncIterable<Uint8Array>, work: DecoderWork): Promise<Picture>;
}

export interface DecoderWork {
  /** Whether the picture's `position` is read. */
  readonly keepPosition: boolean;
  /** Default: false. */
  readonly withSample?: boolean;
  /** Aborting it kills the process. */
  readonly signal: AbortSignal;
  /** Reports progress: `done` from 0 to 1. */
  readonly onProgress: (done: number, stage?: string) => void;
}

export interface DecoderOptions {
  /** Limit for the first frame or page. */
  readonly maxPixels: number;
  /** Limit of resident memory in bytes of a picture's process. */
  readonly maxBytes: number;
  readonly logger: Logger;
}

const keysOf = <T extends object>(values: T) =>
  Object.keys(values) as [keyof T & string, ...(keyof T & string)[]];

const refusals = z.enum(['IMAGE_UNSUPPORTED', 'IMAGE_INVALID', 'IMAGE_TOO_LARGE']);

const MAX_SIDE = 1_000_000;
const side = z.int().min(1).max(MAX_SIDE);
const line = z.string().min(1).max(200);

/** The process reads untrusted bytes, so its result is validated. */
const pictureForm = z.strictObject({
  format: z.enum(keysOf(formats)).transform((format) => format as ImageFormat),
  width: side,
  height: side,
  pages: z.int().min(1),
  hasAlpha: z.boolean(),
  takenAt: line.optional(),
  camera: line.optional(),
  position: z.strictObject({ latitude: z.number(), longitude: z.number() }).optional(),
  dominantColors: z.array(z.string().regex(/^#[0-9a-f]{6}$/)).max(5),
  thumbhash: z.base64().max(100),
  sample: z.instanceof(Uint8Array).optional(),
  renditions: z
    .array(
      z.strictObject({
        name: line,
        format: z.enum(keysOf(renditionFormats)).transform((format) => format as RenditionFormat),
        width: side,
        height: side,
        body: z.instanceof(Uint8Array),
      }),
    )
    .min(1)
    .max(8),
});

/** Maps an error of the process to one for the picture's owner. */
function explained(error: unknown, logger: Logger): unknown {
  if (error instanceof IsolatedRefusal) {
    const code = refusals.safeParse(error.code);
    return code.success ? new BlobgraphError(code.data, error.message.slice(0, 500)) : error;
  }
  if (!(error instanceof IsolatedProcessDied)) return error;
  logger.warn({ err: error }, 'a picture’s process died');
  return error.isOutOfMemory
    ? new BlobgraphError('IMAGE_TOO_LARGE', 'The picture takes more memory than it may. Make it smaller.')
    : error;
}

export function createDecoder({ maxPixels, maxBytes, logger }: DecoderOptions): Decoder {
  const file = builtFile('subgraphs/image-processor/picture/picture.process.ts');
  return {
    async make(input, { keepPosition, withSample = false, signal, onProgress }) {
      const task: PictureTask = { maxPixels, keepPosition, withSample };
      try {
        return pictureForm.parse(
          await runIsolated(file, { task, input, maxBytes, signal, onProgress }),
        ) as Picture;
      } catch (error) {
        throw explained(error, logger);
      }
    },
  };
}
