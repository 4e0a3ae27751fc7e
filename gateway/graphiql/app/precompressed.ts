import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)];
/** Smaller files fit into a packet or two uncompressed. */
const SMALLEST = 1_024;

/** Compresses each file at build time, instead of at each request, into `.br` and `.gz` files beside it. */
export const precompressed = (): Plugin => ({
  name: 'precompressed',
  apply: 'build',
  async writeBundle({ dir = '.' }, bundle) {
    for (const file of Object.values(bundle)) {
      const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      // Fonts and pictures are compressed already.
      if (bytes.length < SMALLEST || !/\.(?:js|css|html|svg|json|ttf)$/.test(file.fileName)) continue;
      const { BROTLI_PARAM_SIZE_HINT } = constants;
      const path = join(dir, file.fileName);
      await writeFile(
        `${path}.br`,
        await brotli(bytes, { params: { [BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
      );
      await writeFile(`${path}.gz`, await zip(bytes, { level: 9 }));
    }
  },
});
