import { z } from 'zod';
import { BlobgraphError } from '../../platform/errors.ts';
import { IsolatedProcessDied, IsolatedRefusal, runIsolated } from '../../platform/isolated/run.ts';
import type { Logger } from '../../platform/logger.ts';
import { builtFile } from '../../platform/paths.ts';
import { formats, type ImageFormat } from './format.ts';
import type { Picture, PictureTask } from './picture/picture.ts';
import { type RenditionFormat, renditionFormats } from './picture/renditions.ts';

/** Makes pictures ready to be shown, each in a process of its own. */
export interface Decoder {
  /**
   * @param input the file, as it comes
   * @throws BlobgraphError IMAGE_UNSUPPORTED, IMAGE_INVALID, IMAGE_TOO_LARGE; the signal's reason; what `input` throws
   */
  make(input: AsyncIterable<Uint8Array>, work: DecoderWork): Promise<Picture>;
}

export interface DecoderWork {
  readonly keepPosition: boolean;
  /** Default: false. */
  readonly withSample?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, stage?: string) => void;
}

export interface DecoderOptions {
  readonly maxPixels: number;
  /** Bytes that one picture's process may have resident. */
  readonly maxBytes: number;
  readonly logger: Logger;
}

const keysOf = <T extends object>(values: T) =>
  Object.keys(values) as [keyof T & string, ...(keyof T & string)[]];

const refusals = z.enum(['IMAGE_UNSUPPORTED', 'IMAGE_INVALID', 'IMAGE_TOO_LARGE']);

const MAX_SIDE = 1_000_000;
const side = z.int().min(1).max(MAX_SIDE);
const line = z.string().min(1).max(200);

/** The process reads strangers' bytes: what it answers is held to its form. */
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

/** What an error of the process means to the picture's owner. */
function explained(error: unknown, logger: Logger): unknown {
  if (error instanceof IsolatedRefusal) {
    const code = refusals.safeParse(error.code);
    return code.success ? new BlobgraphError(code.data, error.message.slice(0, 500)) : error;
  }
  if (!(error instanceof IsolatedProcessDied)) return error;
  logger.warn({ err: error }, 'a picture’s process ended before its time');
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
