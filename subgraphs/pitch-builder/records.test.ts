import { describe } from 'vitest';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openEmbeddedRecords } from '../../platform/testing/records.ts';
import { pitches } from './records.fixture.ts';

describe('pitches in embedded PostgreSQL', () => {
  recordsContract({ ...pitches, open: () => openEmbeddedRecords(pitches.definition) });
});
