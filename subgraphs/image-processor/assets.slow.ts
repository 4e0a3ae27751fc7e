import { describe } from 'vitest';
import { openTemporaryObjects } from '../../platform/testing/objects.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { assetsContract } from './assets.contract.ts';

describe('pictures in a folder', () => {
  assetsContract(async () => {
    const [server, objects] = [await openTemporaryPglite(), await openTemporaryObjects()];
    return {
      server,
      objects,
      async close() {
        await server.close();
        await objects.close();
      },
    };
  });
});
