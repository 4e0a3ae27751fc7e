import { describe } from 'vitest';
import { openObjectRecords } from '../../../testing/records.ts';
import { withObjects } from '../samples.fixture.ts';
import { objectRecordsContract } from './records.s3.contract.ts';

describe('objects beside records, embedded', () => {
  objectRecordsContract((ahead) =>
    openObjectRecords(withObjects.definition, 'embedded', {
      now: () => new Date(Date.now() + ahead.hours * 3_600_000),
    }),
  );
});
