import { describe } from 'vitest';
import { recordsRaces } from '../../platform/processor/records/records.contract.races.ts';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openPostgresRecords } from '../../platform/testing/records.ts';
import { compiledBooks } from './records.fixture.ts';

describe('compiled books on a PostgreSQL server', () => {
  const open = () => openPostgresRecords(compiledBooks.definition);
  recordsContract({ ...compiledBooks, open });
  describe('races', () => recordsRaces({ ...compiledBooks, open }));
});
