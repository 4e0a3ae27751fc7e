import { describe } from 'vitest';
import { openPostgresRecords } from '../../../testing/records.ts';
import { recordsRaces } from '../records.contract.races.ts';
import { recordsContract } from '../records.contract.ts';
import { everything, whole } from '../samples.fixture.ts';

describe.each([whole, everything])('records on a PostgreSQL server: $definition.name', (fixture) => {
  const open = () => openPostgresRecords(fixture.definition);
  recordsContract({ ...fixture, open });
  describe('races', () => recordsRaces({ ...fixture, open }));
});
