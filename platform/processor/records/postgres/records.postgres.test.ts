import { describe } from 'vitest';
import { openEmbeddedRecords } from '../../../testing/records.ts';
import { recordsContract } from '../records.contract.ts';
import { everything, whole } from '../samples.fixture.ts';

describe.each([whole, everything])('records in embedded PostgreSQL: $definition.name', (fixture) => {
  recordsContract({ ...fixture, open: () => openEmbeddedRecords(fixture.definition) });
});
