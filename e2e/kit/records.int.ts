import { describe } from 'vitest';
import { recordsRaces } from '../../platform/processor/records/records.contract.races.ts';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import {
  openMongoRecords,
  openObjectRecords,
  openPostgresRecords,
  openRedisRecords,
} from '../../platform/testing/records.ts';
import { allRecords, type Sampled } from './records.fixture.ts';

const open = ({ definition }: Sampled) => {
  if (definition.store === 'redis') return openRedisRecords(definition);
  if (definition.store === 's3') return openObjectRecords(definition, 'servers');
  return definition.store === 'mongodb' ? openMongoRecords(definition) : openPostgresRecords(definition);
};

describe.each(await allRecords())('records of the %s, on its server', (_id, fixture) => {
  const opening = async () => open(fixture);
  recordsContract({ ...fixture, open: opening });
  describe('races', () => recordsRaces({ ...fixture, open: opening }));
});
