import { describe } from 'vitest';
import { services } from '../testing/services.ts';
import { eventLogContract } from './log.contract.ts';
import { natsFixture } from './log.nats.fixture.ts';

describe('event log on NATS', () => {
  eventLogContract(() => natsFixture(services().natsUrl));
});
