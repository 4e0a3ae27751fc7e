import { once } from 'node:events';
import { setPriority } from 'node:os';
import { createGraphClient, type GraphClient } from '../../e2e/harness/client.ts';
import { CORE_QUERY, draftInput } from '../../e2e/harness/operations.ts';
import { CREATE, prose } from '../drafts.ts';
import { AT_ONCE, type FloodKind, SUBSCRIPTIONS } from './kinds.ts';

/**
 * A user who does all that they can, as a process of its own at the lowest priority. Sent `{ kind, gateway, token }` it
 * begins, answers once the first ten things are done, and goes on until it is killed.
 */

interface Order {
  readonly kind: FloodKind;
  readonly gateway: string;
  readonly token: string;
}

const UNDER_WAY = 10;
/** A connection has a bound of operations: several are opened. */
const CONNECTIONS = 4;
const WRITERS = 4;

let done = 0;
let seed = 0;

function finished(): void {
  done += 1;
  if (done === UNDER_WAY) process.send?.({ underWay: true });
}

/** Does something without a pause, so many at once; what is refused is tried again at once. */
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

/** Each with a selection of its own, so that none is shared with another. */
const subscription = (index: number): string =>
  `subscription { blobChanged { cursor kind blob { a${index}: id title preview processing { state runs { state } }
    content { __typename id ... on UserBlob { body } } } } }`;

async function follow(client: GraphClient, index: number): Promise<void> {
  for (;;) {
    try {
      for await (const _ of client.subscribe(subscription(index))) finished();
    } catch {
      // It was ended because too much waits: it begins anew.
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
    // Each of a page of its own, so that none is shared with another.
    throttle(AT_ONCE, () => client.request(CORE_QUERY, { first: 51 + (seed % 50) }));
    break;
  case 'drafts':
    throttle(AT_ONCE, () => store(client));
    break;
}
