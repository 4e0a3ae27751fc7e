import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { exitWith, UsageError } from '../../platform/process/exit.ts';

/**
 * `npm run soak [-- --creates N --minutes N]`: runs `e2e/faults/kills.soak.ts`. `npm run soak:live [-- --minutes N]`: runs
 * `e2e/clients/live.soak.ts`.
 */

declare module 'vitest' {
  export interface ProvidedContext {
    /** Drafts to store. */
    creates: number;
    /** Duration of the kills. */
    minutes: number;
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      creates: { type: 'string', default: '20000' },
      minutes: { type: 'string', default: '10' },
    },
  });
  const [creates, minutes] = [Number(values.creates), Number(values.minutes)];
  if (!(creates > 0 && minutes > 0)) throw new UsageError('--creates and --minutes must be numbers above 0');
  const vitest = await startVitest('test', [`${positionals[0] ?? 'kills'}.soak.ts`], {
    project: ['soak'],
    provide: { creates, minutes },
    watch: false,
  });
  await vitest.close();
}

await main().catch(exitWith);
