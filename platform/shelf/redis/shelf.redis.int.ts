import { describe } from 'vitest';
import { recordsRaces } from '../../processor/records/records.contract.races.ts';
import { recordsContract } from '../../processor/records/records.contract.ts';
import { kept } from '../../processor/records/shelf/shelf.fixture.ts';
import { tagged } from '../../processor/records/shelf/tagged.fixture.ts';
import { tagsContract } from '../../processor/records/shelf/tags.contract.ts';
import { openRedisRecords } from '../../testing/records.ts';

describe.each(kept)('records in Redis: $definition.name', (fixture) => {
  const open = async () => openRedisRecords(fixture.definition);
  recordsContract({ ...fixture, open });
  describe('races', () => recordsRaces({ ...fixture, open }));
});

describe('tags in Redis', () => tagsContract(async () => openRedisRecords(tagged)));
