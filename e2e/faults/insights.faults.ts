import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphClient } from '../harness/client.ts';
import { createBlob } from '../harness/operations.ts';
import { mainJob } from '../harness/system.ts';
import { isBeginning, isRegistration, killAt, type When } from './harness/moments.ts';
import { type FaultSystem, startFaultSystem } from './harness/system.ts';

/** A system with text insights only, on a Redis that may lose its data. */
let system: FaultSystem;
beforeAll(async () => {
  const services = [...mainJob.filter((name) => name !== 'text-expansion'), 'text-insights'] as const;
  system = await startFaultSystem({ redis: true, services, intercept: ['state'] });
});
afterAll(() => system?.stop());

const PATIENT = { timeout: 120_000, interval: 200 };

const QUERY = /* GraphQL */ `
  query ($after: String) {
    blobs(first: 100, after: $after, filter: { schemaId: "text-input-v1" }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        processing { state }
        derived { nodes { id content { ... on TextInsights { id wordCount parentBlob { id } } } } }
      }
    }
  }
`;

interface Page {
  readonly blobs: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly nodes: readonly {
      readonly id: string;
      readonly processing: { readonly state: string };
      readonly derived: {
        readonly nodes: readonly { readonly content: { readonly wordCount: number } | null }[];
      };
    }[];
  };
}

/** Stores a draft of `words` words, retried with the same key until it is acknowledged. */
async function store(client: GraphClient, words: number): Promise<void> {
  const data = { content: 'word '.repeat(words) };
  const input = { type: 'draft', schemaId: 'text-input-v1', data, idempotencyKey: randomUUID() };
  await expect
    .poll(
      () =>
        createBlob(client, input).then(
          ({ blob }) => blob?.id,
          () => undefined,
        ),
      PATIENT,
    )
    .toBeDefined();
}

/** Word counts of the drafts' insights, in order; null where they cannot be read. */
async function told(client: GraphClient): Promise<(number | null | undefined)[]> {
  const { blobs } = await client.query<Page>(QUERY);
  return blobs.nodes.map(({ derived }) => {
    expect(derived.nodes.length).toBeLessThanOrEqual(1);
    return derived.nodes[0]?.content?.wordCount;
  });
}

/** Expects one blob of insights, with content, for every draft. */
async function expectWhole(client: GraphClient, count: number): Promise<void> {
  const expected = Array.from({ length: count }, (_, index) => count - index);
  await expect.poll(() => told(client).catch((error: unknown) => error), PATIENT).toEqual(expected);
}

async function storeAll(client: GraphClient, count: number): Promise<void> {
  for (let words = 1; words <= count; words += 1) await store(client, words);
}

async function forgetAll(): Promise<void> {
  const redis = await createClient({ url: system.redis.server.url }).connect();
  await redis.flushAll();
  await redis.close();
}

describe('Redis', () => {
  it('killed with kill -9 while users write', async () => {
    const client = await system.client();
    await storeAll(client, 3);
    await system.redis.server.kill();
    for (let words = 4; words <= 8; words += 1) await store(client, words);
    await system.redis.server.start();
    await expectWhole(client, 8);
  });

  it('has lost all that was in it', async () => {
    const client = await system.client();
    await storeAll(client, 5);
    await expectWhole(client, 5);
    await forgetAll();
    await expectWhole(client, 5);
  });

  it('cannot be reached: its fields alone cannot be told, in time, and by name', async () => {
    const client = await system.client();
    await storeAll(client, 2);
    await expectWhole(client, 2);
    await system.redis.link.cut();
    const { data, errors } = await client.request<Page>(QUERY);
    expect(data?.blobs.nodes).toHaveLength(2);
    expect(data?.blobs.nodes.map(({ derived }) => derived.nodes[0]?.content)).toEqual([null, null]);
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(SERVICE_UNAVAILABLE|SUBGRAPH_UNAVAILABLE)$/)]),
    );
    await system.redis.link.heal();
    await expectWhole(client, 2);
  });

  it('says nothing for a while', async () => {
    const client = await system.client();
    await storeAll(client, 2);
    await expectWhole(client, 2);
    system.redis.server.signal('SIGSTOP');
    const { data, errors } = await client.request<Page>(QUERY);
    expect(data?.blobs.nodes.map(({ derived }) => derived.nodes[0]?.content)).toEqual([null, null]);
    expect(errors?.length).toBeGreaterThan(0);
    system.redis.server.signal('SIGCONT');
    await expectWhole(client, 2);
  });
});

const rows: readonly (readonly [string, When])[] = [
  ['before computing', { with: 'state', request: isBeginning, keep: 'hold-request' }],
  [
    'after computing, before storing',
    { with: 'redis', moment: { sends: ['EVAL', 'PEXPIRE'], keep: 'request' } },
  ],
  ['after storing, before registering', { with: 'state', request: isRegistration, keep: 'hold-request' }],
  [
    'after registering, before acknowledging',
    { with: 'nats', moment: { sends: ['$JS.ACK.', '.text-insights.'], keep: 'request' } },
  ],
];

it.each(rows)('text insights killed %s', async (_name, when) => {
  const client = await system.client();
  const killed = killAt(system, 'text-insights', when);
  await store(client, 1);
  await killed;
  await store(client, 2);
  await expectWhole(client, 2);
});
