import { describe } from 'vitest';
import { openMemoryRecords } from '../../../../testing/records.ts';
import { recordsContract } from '../../records.contract.ts';
import { kept } from '../shelf.fixture.ts';

describe.each(kept)('records in memory: $definition.name', (fixture) => {
  recordsContract({ ...fixture, open: () => openMemoryRecords(fixture.definition) });
});
