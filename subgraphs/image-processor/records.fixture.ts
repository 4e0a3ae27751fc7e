import processor from './processor.ts';

const rendition = {
  name: 'thumbnail',
  format: 'WEBP',
  width: 256,
  height: 192,
  size_bytes: 12,
  sha256: 'a'.repeat(64),
} as const;

const original = {
  upload_id: '0195c0de-0000-7000-8000-000000000001',
  sha256: 'b'.repeat(64),
  size_bytes: 1_234_567,
  content_type: 'image/jpeg',
  file_name: 'Größe 🦉.jpg',
} as const;

export const imageAssets = {
  definition: processor.records,
  rendition,
  original,
  sample: (version: number) => ({
    data: {
      width: 4_000,
      height: 3_000,
      format: 'JPEG',
      pages: version,
      has_alpha: false,
      taken_at: '2019-07-14T16:03:09+02:00',
      camera: 'NIKON D90',
      position: { latitude: -33.86, longitude: 151.211111 },
      dominant_colors: ['#c02020', '#2040c0'],
      thumbhash: 'AAgCBwAAAAAAAAAAAAAAAAAAAAAAAAAA',
      alt_text: 'Boats at the quay. 🦉',
      alt_text_by: 'user',
      renditions: [rendition],
      original,
    },
    beside: {},
  }),
};
