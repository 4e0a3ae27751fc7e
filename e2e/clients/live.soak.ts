import { parse } from 'graphql';
import { afterAll, beforeAll, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGraph as createApollo } from '../../examples/apollo/client.ts';
import { createGraph as createUrql } from '../../examples/urql/client.ts';
import { groupBy } from '../../platform/collections/group-by.ts';
import { type LiveRun, startLiveRun } from '../faults/live/run.ts';
import { aMoment, byLibrary, codeOf, type Following, type Subscriber } from '../faults/live/subscriber.ts';
import type {} from '../faults/soak.ts';
import { type Change, SUBSCRIPTION } from '../harness/changes.ts';
import { machine } from '../harness/machine.ts';
import { mainJob } from '../harness/system.ts';

/**
 * `npm run soak:live`: users write, and follow by every transport and by the clients of `examples/`, while gateways,
 * services and NATS are killed in turn.
 */

const MINUTES = inject('minutes');
const USERS = 4;
const REST_WITHIN_MS = 30 * 60_000;

const optionsOf = ({ gateway, token }: Following) => ({
  url: `${gateway}/graphql`,
  token: () => token,
  retryWait: aMoment,
  signIn: () => {},
  webSocketImpl: WebSocket,
});

function byApollo(following: Following): Subscriber {
  const client = createApollo(optionsOf(following));
  const query = parse(SUBSCRIPTION);
  return byLibrary('Apollo Client', following.from, (after, sink) => {
    const watching = client
      .subscribe<Change>({ query, variables: { after }, fetchPolicy: 'no-cache', errorPolicy: 'all' })
      .subscribe({
        next({ data, error }) {
          if (data) sink.next(data.blobChanged, error !== undefined);
          else sink.end(codeOf((error as { errors?: unknown } | undefined)?.errors ?? error));
        },
        error: (error: unknown) => sink.end(codeOf(error)),
        complete: () => sink.end('complete'),
      });
    return () => watching.unsubscribe();
  });
}

function byUrql(following: Following): Subscriber {
  const client = createUrql(optionsOf(following));
  return byLibrary('urql', following.from, (after, sink) => {
    const { unsubscribe } = client
      .subscription<Change>(SUBSCRIPTION, { after })
      .subscribe(({ data, error }) => {
        if (data) sink.next(data.blobChanged, error !== undefined);
        else sink.end(codeOf(error?.graphQLErrors));
      });
    return unsubscribe;
  });
}

let run: LiveRun;

beforeAll(async () => {
  run = await startLiveRun({
    users: USERS,
    more: async (following) => [byApollo(following), byUrql(following)],
  });
});
afterAll(() => run?.close());

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0).toLocaleString('en');

it(`subscribers are told each change once, in order, while all is killed in turn for ${MINUTES} minutes`, async () => {
  const end = Date.now() + MINUTES * 60_000;
  const services = mainJob.filter((name) => name !== 'gateway');
  const kills = await run.kill({ services, again: () => Date.now() < end });
  await run.expectNothingMissed(REST_WITHIN_MS);
  const subscribers = run.users.flatMap((user) => user.subscribers);
  const ends = groupBy(
    subscribers.flatMap((each) => each.ends),
    (why) => why,
  );
  console.log(`${machine()}
killed ${sum([...kills.values()])}: ${[...kills].map(([name, times]) => `${name} ${times}`).join(', ')}
drafts acknowledged ${sum(run.users.map(({ ledger }) => ledger.acknowledged.size))}, those that were deleted apart
${subscribers.length} subscribers were told ${sum(subscribers.map(({ heard }) => heard.length))} changes
ends: ${[...ends].map(([why, each]) => `${why} ${each.length}`).join(', ')}
missed 0, told twice 0, out of order 0`);
});
