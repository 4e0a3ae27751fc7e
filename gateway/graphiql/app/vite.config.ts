import { defineConfig } from 'vite';

/** Builds the page that `../routes.ts` serves. Only its own folder under `dist/` is emptied: tsc writes beside it. */
export default defineConfig({
  base: '/graphiql/',
  build: {
    outDir: '../../../dist/gateway/graphiql-app',
    emptyOutDir: true,
    target: 'es2022',
    // The editor alone is as large as this.
    chunkSizeWarningLimit: 3_000,
    // Libraries mark their modules "use client" for server rendering, which there is none of here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: 'es', rolldownOptions: { checks: { moduleLevelDirective: false } } },
});
