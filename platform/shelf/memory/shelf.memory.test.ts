import { describe } from 'vitest';
import { recordsContract } from '../../processor/records/records.contract.ts';
import { kept } from '../../processor/records/shelf/shelf.fixture.ts';
import { tagged } from '../../processor/records/shelf/tagged.fixture.ts';
import { tagsContract } from '../../processor/records/shelf/tags.contract.ts';
import { openMemoryRecords } from '../../testing/records.ts';

describe.each(kept)('records in memory: $definition.name', (fixture) => {
  recordsContract({ ...fixture, open: () => openMemoryRecords(fixture.definition) });
});

describe('tags in memory', () => tagsContract(() => openMemoryRecords(tagged)));
