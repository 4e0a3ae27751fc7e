import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectFile } from '../../../platform/process/paths.ts';
import { createGraphClient, type GraphClient } from '../../harness/client.ts';
import { createDraft, untilState } from '../../harness/operations.ts';
import { type System, startSystem } from '../../harness/system.ts';
import { type Manner, type Stranger, startStranger } from './health.fixture.ts';

let system: System;
let operator: GraphClient;
let client: GraphClient;
const strangers: Stranger[] = [];

beforeAll(async () => {
  system = await startSystem(inject('shape'));
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  client = await system.client();
});
afterAll(async () => {
  await system?.stop();
  await Promise.all(strangers.map((stranger) => stranger.die()));
});

const HEALTH = /* GraphQL */ `
  query ($id: ID!) {
    processor(id: $id) {
      status
      health {
        status since checkedAt latencyMs reason
        queueDepth queueDepthIsExact oldestWaitingSeconds inWork
        endedRuns failedRuns errorRate windowSeconds deadLetters
      }
    }
  }
`;
interface Health {
  readonly status: string;
  readonly latencyMs: number | null;
  readonly reason: string | null;
  readonly queueDepth: number | null;
  readonly oldestWaitingSeconds: number | null;
  readonly endedRuns: number | null;
  readonly [figure: string]: unknown;
}
interface Shown {
  readonly processor: { readonly status: string; readonly health: Health };
}
const ask = (id: string, as = operator) => as.request<Shown>(HEALTH, { id });
const healthOf = async (id: string, as = operator) => (await ask(id, as)).data?.processor.health;

function found<T>(value: T | null | undefined): T {
  if (value == null) throw new Error('The answer has no such thing');
  return value;
}
const known = async (id: string): Promise<Health> => found(await healthOf(id));

/** Long: a busy machine takes its time for everything. It shows within four seconds on one that has nothing to do. */
const PATIENCE = { timeout: 60_000, interval: 200 };
const until = (id: string, expected: object) =>
  expect.poll(() => healthOf(id), PATIENCE).toMatchObject(expected);

const REGISTER = /* GraphQL */ `
  mutation ($input: RegisterProcessorInput!) { registerProcessor(input: $input) { userErrors { field message } } }
`;

/** Registers a processor that takes blobs of a schema, and does nothing with them. */
async function register(id: string, baseUrl: string, schemaId = 'note-v1'): Promise<void> {
  const input = {
    ...{ id, name: id, version: '1', baseUrl, graphqlType: id[0]?.toUpperCase() + id.slice(1) },
    ...{ storageType: 'REDIS', connectionString: 'redis://nowhere', databaseName: 'none' },
    ...{ outputSchemaId: 'expanded-text-v1', takes: [{ event: 'blob.created', schemaIds: [schemaId] }] },
  };
  const { registerProcessor } = await operator.query<{ registerProcessor: { userErrors: object[] } }>(
    REGISTER,
    {
      input,
    },
  );
  expect(registerProcessor.userErrors).toEqual([]);
}

/** A stranger that is registered as a processor. */
async function stranger(id: string, schemaId?: string): Promise<Stranger> {
  const one = await startStranger();
  strangers.push(one);
  await register(id, one.url, schemaId);
  return one;
}

async function change(
  name: 'pauseProcessor' | 'resumeProcessor' | 'retireProcessor',
  id: string,
): Promise<void> {
  const text = `mutation ($id: ID!) { done: ${name}(id: $id) { userErrors { code } } }`;
  const { done } = await operator.query<{ done: { userErrors: object[] } }>(text, { id });
  expect(done.userErrors).toEqual([]);
}

let chapter = 0;
const draft = (): Promise<string> => {
  chapter += 1;
  return createDraft(client, { content: `Chapter ${chapter}. It rained on the harbour.`, chapter });
};

it('one that dies shows as down, and as up when it is back', async () => {
  const mortal = await stranger('mortal');
  await until('mortal', { status: 'UP', reason: null });
  await mortal.die();
  await until('mortal', { status: 'DOWN', latencyMs: null, reason: 'Nothing listens at its address.' });
  await mortal.rise();
  await until('mortal', { status: 'UP', reason: null });
});

it('one that never was there is down from the start', async () => {
  await register('absent', 'http://127.0.0.1:9');
  await until('absent', { status: 'DOWN', reason: 'Nothing listens at its address.' });
  await register('nameless', 'http://no-such-host.invalid');
  await until('nameless', { status: 'DOWN', reason: expect.stringContaining('names no host') });
});

it('one that hangs, is slow or answers with what is no health is not up; one that dies again and again is unsteady', async () => {
  const odd = await stranger('odd');
  const found: [Manner, object][] = [
    ['hangs', { status: 'DOWN', reason: 'It does not answer in time.' }],
    ['well', { status: 'UP' }],
    ['garbage', { status: 'DOWN', reason: expect.stringMatching(/^It gives no answer|^It ended/) }],
    ['well', { status: 'UP' }],
    ['slow', { status: 'DEGRADED', reason: expect.stringMatching(/^It took \d+ ms/) }],
    ['page', { status: 'DOWN', reason: 'Its health check answers with a web page.' }],
    ['well', { status: 'DEGRADED', reason: expect.stringContaining('3 times') }],
  ];
  await until('odd', { status: 'UP' });
  for (const [manner, expected] of found) {
    odd.behave(manner);
    await until('odd', expected);
  }
  // Whatever it does, the others are not delayed.
  expect((await healthOf('text-expansion'))?.status).toBe('UP');
});

it('what waits for one grows with the drafts, and is nothing once it is retired', async () => {
  await stranger('idle', 'text-input-v1');
  await until('idle', { status: 'UP', queueDepth: 0, oldestWaitingSeconds: null });
  // A process of state hears of a new processor within seconds.
  await expect
    .poll(async () => {
      await draft();
      return (await healthOf('idle'))?.queueDepth;
    }, PATIENCE)
    .toBeGreaterThanOrEqual(3);
  const { queueDepth, oldestWaitingSeconds, queueDepthIsExact } = await known('idle');
  expect([queueDepth, queueDepthIsExact]).toEqual([expect.any(Number), true]);
  await until('idle', { oldestWaitingSeconds: expect.any(Number) });
  await expect
    .poll(async () => (await healthOf('idle'))?.oldestWaitingSeconds, PATIENCE)
    .toBeGreaterThan(oldestWaitingSeconds ?? 0);
  await change('retireProcessor', 'idle');
  await until('idle', { status: 'UNKNOWN', queueDepth: 0, oldestWaitingSeconds: null });
});

it('one that is paused is up, what waits for it grows, and is worked off when it is resumed', async () => {
  const id = 'text-expansion';
  await change('pauseProcessor', id);
  await expect
    .poll(async () => {
      await draft();
      return (await healthOf(id))?.queueDepth;
    }, PATIENCE)
    .toBeGreaterThanOrEqual(2);
  expect((await ask(id)).data?.processor).toMatchObject({ status: 'PAUSED', health: { status: 'UP' } });
  await change('resumeProcessor', id);
  await until(id, { status: 'UP', queueDepth: 0, inWork: 0, oldestWaitingSeconds: null });
  const { endedRuns, failedRuns, windowSeconds, deadLetters } = await known(id);
  expect(endedRuns).toBeGreaterThanOrEqual(2);
  expect({ failedRuns, deadLetters }).toEqual({ failedRuns: 0, deadLetters: 0 });
  expect(windowSeconds).toBeLessThanOrEqual(300);
});

it('every metric of processors is in the docs', async () => {
  const page = readFileSync(projectFile('docs', 'operations.md'), 'utf8');
  const services = ['processors', 'state', 'events'] as const;
  const texts = await Promise.all(
    services.map(async (name) => (await fetch(`${system.urls[name]}/metrics`)).text()),
  );
  const told = texts.flatMap((text) => text.match(/(?<=^# HELP )blobgraph_processor_\w+/gm) ?? []);
  expect(told).toHaveLength(7);
  for (const metric of told) expect(page).toContain(`| \`${metric}\` |`);
});

describe('users who are no operators', () => {
  it('see whether a processor is up and how fast it answers, and nothing of others’ work', async () => {
    const { data, errors } = await ask('absent', client);
    expect(errors).toBeUndefined();
    const { status, since, checkedAt, ...figures } = found(data).processor.health;
    expect([status, since, checkedAt]).toEqual(['DOWN', expect.any(String), expect.any(String)]);
    expect(Object.values(figures)).toEqual(Array(11).fill(null));
    expect((await healthOf('book-compiler', client))?.latencyMs).toEqual(expect.any(Number));
  });

  it('see the same by REST', async () => {
    const read = async (as: GraphClient) => {
      const headers = { authorization: `Bearer ${as.token}` };
      const answer = await fetch(`${system.urls.gateway}/api/v1/processors/absent`, { headers });
      return ((await answer.json()) as { processor: { health: Record<string, unknown> } }).processor.health;
    };
    expect(await read(client)).toMatchObject({ status: 'DOWN', reason: null, queue_depth: null });
    expect(await read(operator)).toMatchObject({
      ...{ status: 'DOWN', reason: 'Nothing listens at its address.', queue_depth: expect.any(Number) },
      ...{ queue_depth_is_exact: true, ended_runs: 0, dead_letters: 0 },
    });
  });
});

// Services of one process die together.
const whereApart = inject('shape') === 'processes' ? describe : null;

whereApart?.('kill -9', () => {
  it('of a processor shows as down while its queue grows, and as up while it is worked off', async () => {
    const id = 'text-expansion';
    await until(id, { status: 'UP', queueDepth: 0 });
    await system.process(id).kill();
    await until(id, { status: 'DOWN', reason: 'Nothing listens at its address.' });
    const stored = [await draft(), await draft(), await draft()];
    await until(id, { status: 'DOWN', queueDepth: 3, oldestWaitingSeconds: expect.any(Number) });
    await system.restart(id);
    await until(id, { status: 'UP', queueDepth: 0, inWork: 0, oldestWaitingSeconds: null });
    for (const blobId of stored) await untilState(client, blobId, 'COMPLETED');
  });

  it.each([
    ['state', ['queueDepth', 'queueDepthIsExact', 'oldestWaitingSeconds', 'inWork']],
    ['events', ['endedRuns', 'failedRuns', 'errorRate', 'windowSeconds', 'deadLetters']],
  ] as const)('of %s takes its figures alone, with an error that names it', async (service, figures) => {
    await system.process(service).kill();
    const { data, errors } = await ask('book-compiler');
    const { health } = data?.processor ?? {};
    expect(health).toMatchObject({ status: 'UP', latencyMs: expect.any(Number) });
    expect(figures.map((figure) => health?.[figure])).toEqual(figures.map(() => null));
    const code = 'SUBGRAPH_UNAVAILABLE';
    expect(errors).toMatchObject([{ path: ['processor'], extensions: { code, service } }]);
    const others = service === 'state' ? health?.endedRuns : health?.queueDepth;
    expect(others).toEqual(expect.any(Number));
    await system.restart(service);
  });
});
