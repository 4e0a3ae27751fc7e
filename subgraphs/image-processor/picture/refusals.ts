import { BlobgraphError } from '../../../platform/errors/errors.ts';

/** Errors of libvips for faults that cameras and programs write, and every viewer tolerates. */
const HARMLESS =
  /Invalid SOS parameters for sequential JPEG|extraneous bytes before marker|[Uu]nknown Adobe color transform|Inconsistent progression sequence/;

export const isHarmless = (error: unknown): boolean => error instanceof Error && HARMLESS.test(error.message);

const tooLarge = (message: string) => new BlobgraphError('IMAGE_TOO_LARGE', message);

/** The error of a picture with too many pixels. */
export const tooManyPixels = (width: number, height: number, maxPixels: number): BlobgraphError =>
  tooLarge(
    `The picture has ${width} × ${height} pixels; it may have ${Math.floor(maxPixels / 1e6)} million. Make it smaller.`,
  );

const kinds: readonly (readonly [says: RegExp, refuse: () => BlobgraphError])[] = [
  [/pixel limit/i, () => tooLarge('The picture has more pixels than are read. Make it smaller.')],
  [
    /compression format (is )?not|no decoding plugin/i,
    () => new BlobgraphError('IMAGE_UNSUPPORTED', 'The file is of a kind of picture that is not read.'),
  ],
  [
    /premature end|end of (file|stream)|truncated|Not enough data|not enough data|unexpected end|Read Error|read gave|EOF/i,
    () => new BlobgraphError('IMAGE_INVALID', 'The picture is cut off: its end is missing.'),
  ],
];

/** Maps an error of libvips to one for the picture's owner, without internals. */
export function refusalOf(error: unknown): BlobgraphError {
  if (error instanceof BlobgraphError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const refuse = kinds.find(([says]) => says.test(message))?.[1];
  if (refuse) return refuse();
  return new BlobgraphError('IMAGE_INVALID', 'The picture is damaged: it cannot be decoded.', {
    cause: error,
  });
}
