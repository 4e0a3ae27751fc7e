import { describe } from 'vitest';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openEmbeddedRecords, openMemoryRecords, openObjectRecords } from '../../platform/testing/records.ts';
import { allRecords, type Sampled } from './records.fixture.ts';

const open = ({ definition }: Sampled) => {
  if (definition.store === 'redis') return openMemoryRecords(definition);
  if (definition.store === 's3') return openObjectRecords(definition, 'embedded');
  return openEmbeddedRecords(definition);
};

describe.each(await allRecords())('records of the %s, embedded', (_id, fixture) => {
  recordsContract({ ...fixture, open: async () => open(fixture) });
});
