import { expect, test } from 'vitest';
import type { DeadLetter } from '../../platform/event-log/usage.ts';
import { blobMessage, runBody } from '../../platform/testing/events.ts';
import { memoryLog } from '../../platform/testing/memory-log.ts';
import { type TestService, viewer } from '../../platform/testing/service.ts';
import { startEvents } from './service.fixture.ts';

const QUERY = /* GraphQL */ `
  {
    _entities(representations: [{ __typename: "Processor", id: "p" }, { __typename: "Processor", id: "q" }]) {
      ... on Processor { id health { endedRuns failedRuns errorRate windowSeconds deadLetters } }
    }
  }
`;
interface Shown {
  _entities: { id: string; health: Record<string, number | null> }[];
}
const operator = { viewer: viewer('olga', 'operator') };
const ask = (service: TestService, caller = operator) => service.graphql<Shown>(QUERY, {}, caller);

/** A log that also has dead letters of these processors; how often it was asked for them. */
function logWith(letters: readonly string[]) {
  const log = memoryLog();
  const asked = { letters: 0 };
  const fill = { messages: letters.length, maxMessages: 100, bytes: letters.length, maxBytes: 100 };
  return {
    asked,
    eventLog: async () => ({
      ...log,
      usage: async () => ({ log: fill, deadLetters: fill, lettersDropped: 0, durables: [] }),
      deadLetters: async () => {
        asked.letters += 1;
        return letters.map((durable, place) => ({ durable, place }) as DeadLetter);
      },
    }),
  };
}

test('operators see how runs ended lately, and what was given up, of all processors at once', async () => {
  const { asked, eventLog } = logWith(['q', 'p', 'q']);
  const { log, service } = await startEvents({ eventLog });
  const publish = (id: string, kind: 'completed' | 'failed', run: object, userId = 'alice') => {
    const state = kind === 'failed' ? 'FAILED' : 'COMPLETED';
    const body = { run: runBody({ processor_id: 'p', state, ...run }) };
    return log.publish(blobMessage(id, 1, { kind, userId, body, time: new Date() }));
  };
  await publish('a', 'completed', {});
  await publish('b', 'failed', { code: 'MODEL_FAILED' });
  await publish('c', 'failed', { code: 'CANCELLED' });
  await publish('d', 'completed', {}, 'bob');
  await expect
    .poll(async () => (await ask(service)).data?._entities[0]?.health)
    .toMatchObject({ endedRuns: 3, failedRuns: 1, errorRate: 1 / 3, deadLetters: 1 });
  const { data, errors } = await ask(service);
  expect(errors).toBeUndefined();
  expect(data?._entities[1]).toMatchObject({
    id: 'q',
    health: { endedRuns: 0, failedRuns: 0, errorRate: null, deadLetters: 2 },
  });
  const before = asked.letters;
  await Promise.all(Array.from({ length: 20 }, () => ask(service)));
  expect(asked.letters - before).toBeLessThanOrEqual(1);
  const scrape = await (await fetch(`${service.url}/metrics`)).text();
  expect(scrape).toContain(
    'blobgraph_processor_runs_ended_total{processor="p",outcome="failed",version="present",service="events"} 1\n',
  );
  expect(scrape).toContain('blobgraph_processor_dead_letters{processor="q",service="events"} 2\n');
});

test('other users see null', async () => {
  const { service } = await startEvents({ eventLog: logWith(['p']).eventLog });
  const { data, errors } = await ask(service, { viewer: viewer('alice') });
  expect(errors).toBeUndefined();
  expect(Object.values(data?._entities[0]?.health ?? {})).toEqual(Array(5).fill(null));
});

test('a log that is away is an error of each field, and no zero', async () => {
  const away = async () => {
    throw new Error('The log is away');
  };
  const { service } = await startEvents({ eventLog: away, changeFeed: away });
  const { data, errors } = await ask(service);
  expect(Object.values(data?._entities[0]?.health ?? {})).toEqual(Array(5).fill(null));
  expect(errors?.map(({ path }) => path?.at(-1))).toContain('deadLetters');
});
