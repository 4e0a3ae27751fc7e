import { defineConfig } from 'vitest/config';

/**
 * Test tiers by suffix: `.test.ts` needs nothing but Node, `.int.ts` real services, `.e2e.ts` the whole system,
 * once on embedded stores and once on real services: `inject('stores')` says which.
 */
const tier = (name: string, include: string[], timeout: number, stores: 'embedded' | 'real') => ({
  extends: true as const,
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, provide: { stores } },
});

export default defineConfig({
  // Node takes graphql's CommonJS entry; Vite would take the other, and there would be two of it beside each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    globalSetup: ['./platform/testing/build.setup.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      tier('unit', ['**/*.test.ts'], 30_000, 'embedded'),
      tier('int', ['**/*.int.ts'], 120_000, 'real'),
      tier('e2e', ['e2e/**/*.e2e.ts'], 180_000, 'embedded'),
      tier('e2e-real', ['e2e/**/*.e2e.ts'], 180_000, 'real'),
    ],
  },
});

declare module 'vitest' {
  export interface ProvidedContext {
    stores: 'embedded' | 'real';
  }
}
