import { defineConfig } from 'vite';
import { precompressed } from './precompressed.ts';

/**
 * Builds the page that `../routes.ts` serves. Empties only its own folder under `dist/`, because tsc writes beside it.
 */
export default defineConfig({
  base: '/graphiql/',
  plugins: [precompressed()],
  build: {
    outDir: '../../../dist/gateway/graphiql-app',
    emptyOutDir: true,
    target: 'es2022',
    // The editor alone is this large.
    chunkSizeWarningLimit: 3_000,
    // Libraries mark modules "use client" for server rendering, which is not used here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: 'es', rolldownOptions: { checks: { moduleLevelDirective: false } } },
});
