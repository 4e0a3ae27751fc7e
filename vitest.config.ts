import { defineConfig } from 'vitest/config';
import type { Shape } from './e2e/harness/system.ts';

/** What a test waits to see may take its time on a busy machine. */
const patient = { poll: { timeout: 10_000 } };

/**
 * Test tiers by suffix: `.test.ts` needs nothing but Node, `.int.ts` real services, `.e2e.ts` the whole system in
 * each of its shapes: `inject('shape')` says which.
 */
const tier = (name: string, include: string[], timeout: number, shape: Shape = 'embedded') => ({
  extends: true as const,
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, expect: patient, provide: { shape } },
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
      tier('unit', ['**/*.test.ts'], 30_000),
      tier('int', ['**/*.int.ts'], 120_000),
      tier('e2e', ['e2e/**/*.e2e.ts'], 180_000),
      tier('e2e-real', ['e2e/**/*.e2e.ts'], 180_000, 'real'),
      tier('e2e-processes', ['e2e/**/*.e2e.ts'], 180_000, 'processes'),
    ],
  },
});
