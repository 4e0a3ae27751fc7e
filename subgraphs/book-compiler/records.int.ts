import { describe } from 'vitest';
import { recordsContract, recordsRaces } from '../../platform/processor/records/records.contract.ts';
import { openPostgresRecords } from '../../platform/testing/records.ts';
import { compiledBooks } from './records.fixture.ts';

describe('compiled books on a PostgreSQL server', () => {
  const open = () => openPostgresRecords(compiledBooks.definition);
  recordsContract({ ...compiledBooks, open });
  describe('races', () => recordsRaces({ ...compiledBooks, open }));
});
