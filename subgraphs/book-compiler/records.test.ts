import { describe } from 'vitest';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openEmbeddedRecords } from '../../platform/testing/records.ts';
import { compiledBooks } from './records.fixture.ts';

describe('compiled books in embedded PostgreSQL', () => {
  recordsContract({ ...compiledBooks, open: () => openEmbeddedRecords(compiledBooks.definition) });
});
