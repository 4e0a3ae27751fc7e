import { expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createDecoder } from './decoder.ts';
import { type Nasty, nasty } from './nasty.fixture.ts';
import { polyglots } from './polyglots.fixture.ts';

const MIB = 1024 ** 2;
/** Far less than decompression bombs would take. */
const decoder = createDecoder({ maxPixels: 64_000_000, maxBytes: 400 * MIB, logger: createLogger('silent') });

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function make({ make: bytes }: Nasty) {
  const input = once(await bytes());
  return decoder.make(input, {
    keepPosition: false,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

it.each(nasty.filter(({ refused }) => refused))('$name is refused with a typed error', async (one) => {
  const [code, says] = one.refused ?? ['', /^$/];
  await expect(make(one)).rejects.toMatchObject({
    name: 'BlobgraphError',
    code,
    message: expect.stringMatching(says),
  });
});

it.each(nasty.filter(({ made }) => made))('$name is processed', async (one) => {
  const picture = await make(one);
  expect(picture).toMatchObject(one.made ?? {});
  const { width, height, renditions } = picture;
  for (const rendition of renditions) {
    expect(rendition.width).toBeLessThanOrEqual(width);
    expect(rendition.height).toBeLessThanOrEqual(height);
  }
});

it.each(polyglots)('of $name only the picture is left', async (one) => {
  const picture = await make(one);
  expect(picture).toMatchObject(one.made ?? {});
  for (const { body } of picture.renditions) expect(Buffer.from(body).includes('script')).toBe(false);
});
