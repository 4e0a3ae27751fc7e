import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makePicture } from './picture.ts';
import { blackness, photograph, png, quarters, withSegment } from './pictures.fixture.ts';
import { sizesFor } from './rendition.ts';

const make = (bytes: Buffer, keepPosition = false) =>
  makePicture(bytes, { maxPixels: 1_000_000, keepPosition, withSample: false });

const CAMERA = {
  IFD0: { Make: 'NIKON CORPORATION', Model: 'NIKON D90', ImageDescription: 'secret' },
  IFD2: { DateTimeOriginal: '2019:07:14 16:03:09', OffsetTimeOriginal: '+02:00' },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '33/1 51/1 36/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '151/1 12/1 40/1',
  },
};

describe('sizes', () => {
  it.each([
    [4_000, 3_000, ['thumbnail', '640', '1280', '2048']],
    [2_048, 1_000, ['thumbnail', '640', '1280', '2048']],
    [1_280, 10, ['thumbnail', '640', '1280']],
    [900, 1_000, ['thumbnail', '640', '1280']],
    [256, 256, ['thumbnail']],
    [1, 1, ['thumbnail']],
  ])('of %i × %i are none that is larger than it, and no two alike', (width, height, names) => {
    expect(sizesFor(width, height).map(([name]) => name)).toEqual(names);
  });
});

describe('renditions', () => {
  it('are in both formats, in the picture’s shape, smallest first', async () => {
    const { renditions } = await make(await photograph(800, 300).jpeg().toBuffer());
    expect(renditions.map(({ name, format, width, height }) => [name, format, width, height])).toEqual([
      ['thumbnail', 'WEBP', 256, 96],
      ['thumbnail', 'AVIF', 256, 96],
      ['640', 'WEBP', 640, 240],
      ['640', 'AVIF', 640, 240],
      ['1280', 'WEBP', 800, 300],
      ['1280', 'AVIF', 800, 300],
    ]);
    for (const { format, width, height, body } of renditions)
      expect(await sharp(body).metadata()).toMatchObject({
        width,
        height,
        space: 'srgb',
        format: format === 'WEBP' ? 'webp' : 'heif',
      });
  });

  it('contain no metadata of the original', async () => {
    const bytes = await photograph(300, 200).withExif(CAMERA).withIccProfile('p3').jpeg().toBuffer();
    expect(bytes.includes('secret')).toBe(true);
    for (const { body } of (await make(bytes)).renditions) {
      const { exif, icc, xmp, iptc, orientation } = await sharp(body).metadata();
      expect({ exif, icc, xmp, iptc, orientation }).toEqual({});
      expect(Buffer.from(body).includes('secret')).toBe(false);
    }
  });

  it('keep transparency', async () => {
    const made = await make(await photograph(300, 200, 4).png().toBuffer());
    expect(made.hasAlpha).toBe(true);
    for (const { body } of made.renditions) {
      const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      const alphaAt = (x: number) => data[(Math.floor(info.height / 2) * info.width + x) * 4 + 3];
      expect([alphaAt(5), alphaAt(info.width - 5)]).toEqual([0, 255]);
    }
  });
});

describe('turned upright by EXIF:', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
    const bytes = await quarters().withMetadata({ orientation }).png().toBuffer();
    const { width, height, renditions } = await make(bytes);
    const shown = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expect([width, height]).toEqual([shown.info.width, shown.info.height]);
    const [webp] = renditions;
    const made = await sharp(webp?.body).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([made.info.width, made.info.height]).toEqual([width, height]);
    for (const [x, y] of [
      [2, 2],
      [width - 3, 2],
      [2, height - 3],
    ] as const) {
      const at = (y * width + x) * 3;
      for (const channel of [0, 1, 2]) {
        const [is, is_to_be] = [made.data[at + channel] ?? 0, shown.data[at + channel] ?? 0];
        expect(Math.abs(is - is_to_be)).toBeLessThan(40);
      }
    }
  });
});

describe('its metadata', () => {
  it('has time and camera, but no position', async () => {
    const bytes = await photograph(60, 40).withExif(CAMERA).jpeg().toBuffer();
    const { takenAt, camera, position } = await make(bytes);
    expect({ takenAt, camera, position }).toEqual({
      takenAt: '2019-07-14T16:03:09+02:00',
      camera: 'NIKON D90',
      position: undefined,
    });
  });

  it('has the position on request', async () => {
    const bytes = await photograph(60, 40).withExif(CAMERA).jpeg().toBuffer();
    expect((await make(bytes, true)).position).toEqual({ latitude: -33.86, longitude: 151.211111 });
  });

  it.each<[string, Record<string, Record<string, string>>, object]>([
    ['a maker and a model', { IFD0: { Make: 'Canon', Model: 'EOS 5D' } }, { camera: 'Canon EOS 5D' }],
    ['no offset', { IFD2: { DateTimeOriginal: '2001:02:03 04:05:06' } }, { takenAt: '2001-02-03T04:05:06' }],
    ['no date', { IFD2: { DateTimeOriginal: '0000:00:00 00:00:00' } }, {}],
    ['a date that is none', { IFD2: { DateTimeOriginal: '2001:99:99 04:05:06' } }, {}],
    ['blanks', { IFD0: { Make: '    ', Model: ' ' } }, {}],
    [
      'an offset that is none',
      { IFD2: { DateTimeOriginal: '2001:02:03 04:05:06', OffsetTimeOriginal: 'summer' } },
      { takenAt: '2001-02-03T04:05:06' },
    ],
    ['a name without end', { IFD0: { Model: 'x'.repeat(5_000) } }, { camera: 'x'.repeat(200) }],
  ])('of EXIF with %s', async (_, exif, told) => {
    const { takenAt, camera } = await make(await photograph(30, 20).withExif(exif).jpeg().toBuffer());
    expect({ takenAt, camera }).toEqual({ takenAt: undefined, camera: undefined, ...told });
  });

  it.each([
    ['garbage', Buffer.from('Exif\0\0garbage that is no TIFF')],
    ['an offset past its end', Buffer.from('Exif\0\0MM\0*\xff\xff\xff\xf0', 'latin1')],
    [
      'a list without end',
      Buffer.concat([Buffer.from('Exif\0\0MM\0*\0\0\0\x08\xff\xff', 'latin1'), Buffer.alloc(3_000, 0x02)]),
    ],
    ['nothing', Buffer.from('Exif\0\0')],
  ])('of EXIF that is broken is nothing: %s', async (_, exif) => {
    const made = await make(withSegment(await photograph(30, 20).jpeg().toBuffer(), 0xe1, exif));
    expect(made).toMatchObject({ width: 30, height: 20 });
    expect([made.takenAt, made.camera]).toEqual([undefined, undefined]);
  });

  it('has its dominant colours, largest first', async () => {
    const image = sharp({ create: { width: 100, height: 100, channels: 3, background: '#c02020' } });
    const blue = await sharp({ create: { width: 100, height: 30, channels: 3, background: '#2040c0' } })
      .png()
      .toBuffer();
    const { dominantColors } = await make(
      await image
        .composite([{ input: blue, top: 0, left: 0 }])
        .png()
        .toBuffer(),
    );
    expect(dominantColors).toHaveLength(2);
    expect(dominantColors.map((color) => color.slice(1, 2))).toEqual(['c', '2']);
  });

  it('has no colours of transparent pixels', async () => {
    const bytes = await sharp({
      create: { width: 50, height: 50, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect((await make(bytes)).dominantColors).toEqual([]);
  });

  it('is a ThumbHash', async () => {
    const { thumbhash } = await make(await photograph(300, 100).png().toBuffer());
    expect(Buffer.from(thumbhash, 'base64').length).toBeGreaterThan(15);
  });
});

it('reads only the header of a picture that is too large', async () => {
  // Few pixel data follow: decoding would fail with another error.
  await expect(make(png(40_000, 40_000, blackness(8, 1)))).rejects.toMatchObject({
    code: 'IMAGE_TOO_LARGE',
    message: 'The picture has 40000 × 40000 pixels; it may have 1 million. Make it smaller.',
  });
});
