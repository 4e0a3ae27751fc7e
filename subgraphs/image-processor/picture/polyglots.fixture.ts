import sharp from 'sharp';
import type { Nasty } from './nasty.fixture.ts';
import { blackness, chunk, photograph, png, withSegment } from './pictures.fixture.ts';

/** Files in two formats at once, of which renditions keep only the picture. */
export const polyglots: Nasty[] = [
  {
    name: 'a GIF with a page behind it',
    make: async () =>
      Buffer.concat([await photograph(30, 20).gif().toBuffer(), Buffer.from('<script>alert(1)</script>')]),
    made: { format: 'GIF' },
  },
  {
    name: 'a JPEG with PDF in a comment',
    make: async () =>
      withSegment(
        await photograph(300, 200).jpeg().toBuffer(),
        0xfe,
        Buffer.from('%PDF-1.4\n<script>alert(1)</script>\n%%EOF'),
      ),
    made: { format: 'JPEG' },
  },
  {
    name: 'a PNG with a page in its text',
    make: () => png(8, 8, chunk('tEXt', Buffer.from('Comment\0<script>alert(1)</script>')), blackness(8, 8)),
    made: { format: 'PNG' },
  },
  {
    name: 'a WebP with a page as XMP',
    make: () =>
      sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
        .withXmp('<?xpacket?><script>alert(1)</script>')
        .webp()
        .toBuffer(),
    made: { format: 'WEBP' },
  },
];
