import { describe } from 'vitest';
import { openObjectRecords } from '../../../testing/records.ts';
import { blobObject } from '../blob-objects.ts';
import { recordsRaces } from '../records.contract.races.ts';
import { recordsContract } from '../records.contract.ts';
import { withObjects } from '../samples.fixture.ts';
import { type Ahead, objectRecordsContract } from './records.s3.contract.ts';

const { definition } = withObjects;
const open = (ahead: Ahead = { hours: 0 }) =>
  openObjectRecords(definition, 'servers', { now: () => new Date(Date.now() + ahead.hours * 3_600_000) });

describe('records in PostgreSQL with objects in S3', () => {
  recordsContract({ ...withObjects, open });
  describe('their objects', () => objectRecordsContract(open));
  describe('races', () =>
    recordsRaces({
      ...withObjects,
      sample: (version) => ({
        ...withObjects.sample(version),
        objects: [blobObject(Buffer.from(`${version}`), 'image/webp')],
      }),
      open,
    }));
});
