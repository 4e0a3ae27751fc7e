import { defineConfig } from 'vitest/config';
import type { Shape } from './e2e/harness/system.ts';

/** The timeout of polls, long enough for a busy machine. */
const patient = { poll: { timeout: 10_000 } };

interface Tier {
  readonly name: string;
  readonly include: string[];
  /** Milliseconds that a test or a hook may take. */
  readonly timeout: number;
  readonly shape?: Shape;
  /** Test files at once. Default 2; 3 where files mostly wait for servers. */
  readonly maxWorkers?: number;
  /** Files of it may ask for a system that they share. Default: false. */
  readonly sharesSystem?: boolean;
}

/**
 * Test tiers by suffix: `.test.ts` needs nothing but Node, `.int.ts` real services, `.e2e.ts` the whole system in
 * each of its shapes: `inject('shape')` says which. `.faults.ts` and `.soak.ts` break what the system stands
 * on, which they start themselves. `.slow.ts` and `slow/` need nothing but Node, and more time than an editor waits.
 * `.model.ts` needs a real language model: `npm run services -- up model`. They run one after the other.
 */
const tiers: readonly Tier[] = [
  { name: 'unit', include: ['**/*.test.ts'], timeout: 60_000 },
  { name: 'int', include: ['**/*.int.ts'], timeout: 120_000, sharesSystem: true },
  { name: 'e2e', include: ['e2e/*.e2e.ts'], timeout: 180_000, sharesSystem: true },
  {
    name: 'slow',
    include: ['**/*.slow.ts', 'e2e/{clients,slow,upgrade}/**/*.e2e.ts'],
    timeout: 600_000,
    sharesSystem: true,
  },
  {
    name: 'e2e-real',
    // The rest of it is the same code in `e2e-processes`: with these servers, or in one process in `slow`.
    include: ['e2e/*.e2e.ts'],
    timeout: 420_000,
    shape: 'real',
    maxWorkers: 3,
    sharesSystem: true,
  },
  {
    name: 'e2e-processes',
    include: ['e2e/**/*.e2e.ts'],
    timeout: 420_000,
    shape: 'processes',
    sharesSystem: true,
  },
  { name: 'faults', include: ['e2e/**/*.faults.ts'], timeout: 300_000, shape: 'processes', maxWorkers: 1 },
  { name: 'model', include: ['e2e/**/*.model.ts'], timeout: 1_800_000, maxWorkers: 1 },
  { name: 'soak', include: ['e2e/**/*.soak.ts'], timeout: 3_600_000, shape: 'processes', maxWorkers: 1 },
];

// Node takes graphql's CommonJS entry; Vite would take the other, and there would be two of it beside each other.
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

export default defineConfig({
  test: {
    // Not of each project: they would build one after the other.
    globalSetup: ['./platform/testing/build.setup.ts'],
    projects: tiers.map(
      ({ name, include, timeout, shape = 'embedded', maxWorkers = 2, sharesSystem }, groupOrder) => ({
        resolve,
        test: {
          name,
          include,
          exclude: ['**/node_modules/**', 'dist/**'],
          globalSetup: sharesSystem ? ['./e2e/harness/shared.setup.ts'] : [],
          setupFiles: ['./platform/testing/real-timers.setup.ts'],
          pool: 'forks' as const,
          // A process for each file would spend more time on loading modules than on testing them.
          isolate: false,
          maxWorkers,
          sequence: { groupOrder },
          testTimeout: timeout,
          hookTimeout: timeout,
          expect: patient,
          provide: { shape },
        },
      }),
    ),
  },
});
