import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { sharedPhotographs } from '../../../platform/testing/shared-data.ts';
import { createDecoder } from './decoder.ts';
import { sizesFor } from './rendition.ts';

const photographs = sharedPhotographs();
const decoder = createDecoder({
  maxPixels: 64_000_000,
  maxBytes: 1024 ** 3,
  logger: createLogger('silent'),
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const make = (name: string) =>
  decoder.make(once(photographs?.get(name) ?? Buffer.alloc(0)), {
    keepPosition: false,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

/** Mean difference of two pictures' channels, 0 to 255. */
async function difference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const { width = 0, height = 0 } = await sharp(one).metadata();
  const pixels = (bytes: Uint8Array) =>
    sharp(bytes).resize(width, height, { fit: 'fill' }).toColourspace('srgb').removeAlpha().raw().toBuffer();
  const [left, right] = [await pixels(one), await pixels(other)];
  return left.reduce((sum, value, at) => sum + Math.abs(value - (right[at] ?? 0)), 0) / left.length;
}

describe.skipIf(!photographs)('photographs', () => {
  const whole = [...(photographs?.keys() ?? [])].filter((name) => name !== 'truncated.jpg');

  it.each(whole)('%s looks the same in every size and format', async (name) => {
    const picture = await make(name);
    const names = sizesFor(picture.width, picture.height).map(([each]) => each);
    expect(picture.renditions.map((one) => `${one.name} ${one.format}`)).toEqual(
      names.flatMap((each) => [`${each} WEBP`, `${each} AVIF`]),
    );
    for (const { body } of picture.renditions)
      expect(await difference(body, photographs?.get(name) ?? Buffer.alloc(0))).toBeLessThan(8);
  });

  it('a truncated one is refused with a typed error', async () => {
    await expect(make('truncated.jpg')).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: 'The picture is cut off: its end is missing.',
    });
  });
});
