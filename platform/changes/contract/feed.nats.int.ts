import { type NatsFixture, natsFixture } from '../../event-log/nats/log.nats.fixture.ts';
import { services } from '../../testing/services.ts';
import { changeFeedContract } from './feed.contract.ts';

let fixture: NatsFixture;

changeFeedContract({
  stressed: { subscriptions: 1_500, atOnce: 150, users: 12, pauses: 0 },
  async open() {
    fixture = await natsFixture(services().natsUrl);
    return fixture.open();
  },
  close: () => fixture.close(),
});
