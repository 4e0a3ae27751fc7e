import { describe } from 'vitest';
import { openRedisRecords } from '../../../../testing/records.ts';
import { recordsContract, recordsRaces } from '../../records.contract.ts';
import { kept } from '../shelf.fixture.ts';
import { tagged } from '../tagged.fixture.ts';
import { tagsContract } from '../tags.contract.ts';

describe.each(kept)('records in Redis: $definition.name', (fixture) => {
  const open = async () => openRedisRecords(fixture.definition);
  recordsContract({ ...fixture, open });
  describe('races', () => recordsRaces({ ...fixture, open }));
});

describe('tags in Redis', () => tagsContract(async () => openRedisRecords(tagged)));
