import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompressed } from '../gateway/graphiql/app/precompressed.ts';

// biome-ignore lint/style/noProcessEnv: React has another build for anything else, as where tests have the page built
process.env.NODE_ENV = 'production';

/** Builds the page that `gateway/studio/routes.ts` serves. */
export default defineConfig({
  base: '/studio/',
  plugins: [react(), precompressed()],
  resolve: { alias: { 'blobgraph/client': fileURLToPath(new URL('../client/index.ts', import.meta.url)) } },
  build: {
    outDir: '../dist/gateway/studio-app',
    emptyOutDir: true,
    target: 'es2022',
    // A font in the style sheet as a data URL would be no source that the page's policy allows.
    assetsInlineLimit: 0,
    // budget.test.ts holds what is sent; this is before compression.
    chunkSizeWarningLimit: 800,
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
