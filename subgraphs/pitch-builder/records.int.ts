import { describe } from 'vitest';
import { recordsRaces } from '../../platform/processor/records/records.contract.races.ts';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openPostgresRecords } from '../../platform/testing/records.ts';
import { pitches } from './records.fixture.ts';

const open = () => openPostgresRecords(pitches.definition);

describe('pitches in PostgreSQL', () => {
  recordsContract({ ...pitches, open });
  describe('races', () => recordsRaces({ ...pitches, open }));
});
