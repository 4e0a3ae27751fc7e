import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { followFile } from './file.ts';

it('another text is seeded once, also after one that cannot be; a file that is away is waited for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-'));
  const file = join(folder, 'supergraph.graphql');
  const write = async (text: string) => {
    await writeFile(`${file}.next`, text);
    await rename(`${file}.next`, file);
  };
  const seeded: string[] = [];
  await write('first');
  const following = followFile({
    ...{ file, text: 'first', everyMs: 1, logger: createLogger('silent') },
    async seed(text) {
      seeded.push(text);
      if (text === 'bad') throw new Error('no supergraph');
    },
  });
  following.start();
  onTestFinished(async () => {
    await following.stop();
    await rm(folder, { recursive: true });
  });
  for (const text of ['second', 'bad']) {
    await write(text);
    await expect.poll(() => seeded.at(-1), { interval: 5 }).toBe(text);
  }
  await rm(file);
  await write('third');
  await expect.poll(() => seeded, { interval: 5 }).toEqual(['second', 'bad', 'third']);
});
