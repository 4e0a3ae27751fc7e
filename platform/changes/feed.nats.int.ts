import { type NatsFixture, natsFixture } from '../event-log/log.nats.fixture.ts';
import { services } from '../testing/services.ts';
import { changeFeedContract } from './feed.contract.ts';

let fixture: NatsFixture;

changeFeedContract({
  async open() {
    fixture = await natsFixture(services().natsUrl);
    return fixture.open();
  },
  close: () => fixture.close(),
});
