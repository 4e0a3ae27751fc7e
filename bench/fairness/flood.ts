import { once } from 'node:events';
import { setPriority } from 'node:os';
import { createGraphClient, type GraphClient } from '../../e2e/harness/client.ts';
import { CORE_QUERY, draftInput } from '../../e2e/harness/operations.ts';
import { CREATE, prose } from '../harness/drafts.ts';
import { AT_ONCE, type FloodKind, SUBSCRIPTIONS } from './kinds.ts';

/**
 * A user who floods the system, as a process of its own at the lowest priority. It starts on the message `{ kind,
 * gateway, token }`, answers `{ underWay }` after the first ten requests, and runs until it is killed.
 */

interface Order {
  readonly kind: FloodKind;
  readonly gateway: string;
  readonly token: string;
}

const UNDER_WAY = 10;
/** Operations per connection are limited: several are opened. */
const CONNECTIONS = 4;
const WRITERS = 4;

let done = 0;
let seed = 0;

function finished(): void {
  done += 1;
  if (done === UNDER_WAY) process.send?.({ underWay: true });
}

/** Repeats `work` forever; refused requests are repeated at once. `atOnce`: how many run concurrently. */
function throttle(atOnce: number, work: () => Promise<unknown>): void {
  const forever = async () => {
    for (;;) {
      seed += 1;
      await work().catch(() => undefined);
      finished();
    }
  };
  for (let index = 0; index < atOnce; index += 1) void forever();
}

const store = (client: GraphClient): Promise<unknown> =>
  client.request(CREATE, { input: draftInput({ content: prose(seed, 12), chapter: (seed % 40) + 1 }) });

/** Each with a different selection, so that none is shared. */
const subscription = (index: number): string =>
  `subscription { blobChanged { cursor kind blob { a${index}: id title preview processing { state runs { state } }
    content { __typename id ... on UserBlob { body } } } } }`;

async function follow(client: GraphClient, index: number): Promise<void> {
  for (;;) {
    try {
      for await (const _ of client.subscribe(subscription(index))) finished();
    } catch {
      // Ended by the gateway, as too much waits: subscribes again.
    }
  }
}

setPriority(19);
const [{ kind, gateway, token }] = (await once(process, 'message')) as [Order];
const clients = Array.from({ length: CONNECTIONS }, () => createGraphClient(gateway, token));
const [client = createGraphClient(gateway, token)] = clients;
switch (kind) {
  case 'subscriptions':
    for (let index = 0; index < SUBSCRIPTIONS; index += 1)
      void follow(clients[index % CONNECTIONS] ?? client, index);
    throttle(WRITERS, () => store(client));
    break;
  case 'queries':
    // Each for a different page, so that none is shared.
    throttle(AT_ONCE, () => client.request(CORE_QUERY, { first: 51 + (seed % 50) }));
    break;
  case 'drafts':
    throttle(AT_ONCE, () => store(client));
    break;
}
