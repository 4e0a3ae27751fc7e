import { afterAll, beforeAll, describe } from 'vitest';
import type { SqlServer } from '../../sql/database.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { roomContract } from '../contract/room.contract.ts';
import { embeddedFixture } from './log.embedded.fixture.ts';

let server: SqlServer;
let databases = 0;

beforeAll(async () => {
  server = await openTemporaryPglite();
});

afterAll(async () => {
  await server.close();
});

describe('embedded event log', () => {
  roomContract(async () => embeddedFixture(await server.database(`log_${++databases}`)));
});
