import { describe } from 'vitest';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openEmbeddedRecords } from '../../platform/testing/records.ts';
import { expandedTexts } from './records.fixture.ts';

describe('expanded texts in embedded PostgreSQL', () => {
  recordsContract({ ...expandedTexts, open: () => openEmbeddedRecords(expandedTexts.definition) });
});
