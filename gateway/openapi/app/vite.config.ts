import { defineConfig } from 'vite';
import { precompressed } from '../../graphiql/app/precompressed.ts';

/**
 * Builds the page that `../page.ts` serves. Empties only its own folder under `dist/`, because tsc writes beside it.
 */
export default defineConfig({
  base: '/api/v1/docs/',
  plugins: [precompressed()],
  build: {
    outDir: '../../../dist/gateway/api-page',
    emptyOutDir: true,
    target: 'es2022',
    // Swagger UI alone is this large.
    chunkSizeWarningLimit: 2_000,
  },
});
