import { describe } from 'vitest';
import { openMemoryRecords } from '../../../../testing/records.ts';
import { recordsContract } from '../../records.contract.ts';
import { kept } from '../shelf.fixture.ts';
import { tagged } from '../tagged.fixture.ts';
import { tagsContract } from '../tags.contract.ts';

describe.each(kept)('records in memory: $definition.name', (fixture) => {
  recordsContract({ ...fixture, open: () => openMemoryRecords(fixture.definition) });
});

describe('tags in memory', () => tagsContract(() => openMemoryRecords(tagged)));
