import { describe } from 'vitest';
import { recordsRaces } from '../../platform/processor/records/records.contract.races.ts';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openTemporaryS3 } from '../../platform/testing/objects.ts';
import { openTemporaryPostgres } from '../../platform/testing/postgres.ts';
import { openObjectRecords } from '../../platform/testing/records.ts';
import { assetsContract } from './assets.contract.ts';
import { imageAssets } from './records.fixture.ts';

describe('pictures in PostgreSQL and S3', () => {
  assetsContract(async () => {
    const [server, objects] = [openTemporaryPostgres(), await openTemporaryS3()];
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

describe('their records', () => {
  const open = () => openObjectRecords(imageAssets.definition, 'servers');
  recordsContract({ ...imageAssets, open });
  describe('races', () => recordsRaces({ ...imageAssets, open }));
});
