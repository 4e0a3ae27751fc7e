import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ServiceName, servicePorts, urlVariable } from '../../platform/config/config.ts';
import { builtFile } from '../../platform/process/paths.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import { createBlob, draftInput } from '../harness/operations.ts';
import { freePortOffset } from '../harness/ports.ts';
import { type ServiceProcess, startProcess } from '../harness/process.ts';
import type { SeenRequest } from '../harness/proxy.ts';
import { type System, startSystem, untilReady } from '../harness/system.ts';

const ID = 'text-expansion';

let system: System;
let operator: GraphClient;
let client: GraphClient;
let candidate: ServiceProcess | undefined;

beforeAll(async () => {
  system = await startSystem(inject('shape'), { intercept: ['state'] });
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  client = await system.client();
});
afterAll(async () => {
  await candidate?.stop();
  await system?.stop();
});

/** Starts the text expansion of another version, by the same code, beside the system's own. */
async function startCandidate(version: string): Promise<ServiceProcess> {
  const script = join(system.dataDir, `candidate-${version}.mjs`);
  const built = (path: string) => JSON.stringify(pathToFileURL(builtFile(path)).href);
  await writeFile(
    script,
    `import { runAlone } from ${built('platform/serving/run.ts')};
     import { processorService } from ${built('platform/processor/service.ts')};
     import definition from ${built('subgraphs/text-expansion/processor.ts')};
     await runAlone('${ID}', async () => processorService({ ...definition, version: '${version}' }));`,
  );
  const offset = await freePortOffset();
  const url = `http://127.0.0.1:${servicePorts[ID] + offset}`;
  const addresses = Object.entries(system.urls).map(([name, at]) => [urlVariable(name as ServiceName), at]);
  const environment = {
    ...Object.fromEntries(addresses),
    ...system.environment,
    ...{ PORT_OFFSET: String(offset), CANARY_PERCENT: '50', [urlVariable(ID)]: url },
  };
  const started = startProcess(script, environment, join(system.dataDir, 'candidate.log'));
  await untilReady(url, started);
  return started;
}

let chapter = 0;
async function storeDraft(): Promise<string> {
  chapter += 1;
  const content = `Chapter ${chapter}. The rain came down on the harbour, and Elspeth counted the boats.`;
  let id: string | undefined;
  await expect
    .poll(
      async () => {
        const input = draftInput({ content, book: 'tried', chapter, key: `chapter-${chapter}` });
        id = (await createBlob(client, input).catch(() => ({ blob: null }))).blob?.id;
        return id;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBeTypeOf('string');
  return id ?? '';
}
const storeDrafts = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await storeDraft());
  return ids;
};

interface Seen {
  readonly blob: {
    readonly derived: { readonly nodes: readonly { readonly content: { readonly id: string } | null }[] };
    readonly processing: {
      readonly state: string;
      readonly runs: readonly { state: string; version: string | null; error: object | null }[];
    };
  };
}
const seen = async (id: string): Promise<Seen['blob']> => {
  const text = `query ($id: ID!) { blob(id: $id) {
    derived { nodes { content { id } } } processing { state runs { state version error { code } } }
  } }`;
  return (await client.query<Seen>(text, { id })).blob;
};
/** Until a blob is given to the candidate. */
const untilGiven = (version: string) =>
  expect
    .poll(async () => (await seen(await storeDraft())).processing.runs[0]?.version, { timeout: 60_000 })
    .toBe(version);

/** Expects each draft completed, with one result that can be read. */
async function expectWhole(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await expect
      .poll(async () => (await seen(id)).processing, { timeout: 120_000 })
      .toMatchObject({ state: 'COMPLETED', runs: [{ state: 'COMPLETED', error: null }] });
    expect((await seen(id)).derived.nodes).toEqual([{ content: { id: expect.any(String) } }]);
  }
  const { deadLetters } = await operator.query<{ deadLetters: { nodes: object[] } }>(
    '{ deadLetters { nodes { id } } }',
    {},
  );
  expect(deadLetters.nodes).toEqual([]);
}

const isFinish =
  (version: string) =>
  ({ path, body }: SeenRequest): boolean =>
    path === '/api/v1/runs/finish' && (body as { processor_version?: string }).processor_version === version;

/** Holds the next result of a version, while drafts come, until `meanwhile` is done. */
async function whileHeld(
  version: string,
  moment: 'hold-request' | 'hold-response',
  meanwhile: () => Promise<void>,
): Promise<string[]> {
  const proxy = system.proxy('state');
  proxy.intervene((request) => (isFinish(version)(request) ? moment : 'pass'));
  const stored = storeDrafts(12);
  await proxy.nextHeld();
  await meanwhile();
  proxy.release();
  return stored;
}

async function act(name: 'promoteCanary' | 'withdrawCanary', version: string): Promise<void> {
  const text = `mutation ($id: ID!, $version: String!) {
    done: ${name}(id: $id, version: $version) { userErrors { code message } }
  }`;
  const { done } = await operator.query<{ done: { userErrors: object[] } }>(text, { id: ID, version });
  expect(done.userErrors).toEqual([]);
}

describe('a candidate in a process of its own, under load', () => {
  it('loses and doubles nothing when it is killed, and when state is', async () => {
    candidate = await startCandidate('next-1');
    await untilGiven('next-1');
    const first = await whileHeld('next-1', 'hold-request', async () => {
      await candidate?.kill();
      candidate = await startCandidate('next-1');
    });
    await expectWhole(first);
    const second = await whileHeld('next-1', 'hold-response', async () => {
      await system.process('state').kill();
      await system.restart('state');
    });
    await expectWhole(second);
    const versions = await Promise.all(
      [...first, ...second].map(async (id) => (await seen(id)).processing.runs[0]?.version),
    );
    expect(new Set(versions)).toEqual(new Set([null, 'next-1']));
  });

  it('leaves all to the present version when it is killed and withdrawn, with state killed in the middle', async () => {
    const ids = await whileHeld('next-1', 'hold-request', async () => {
      await candidate?.kill();
      await act('withdrawCanary', 'next-1');
      await system.process('state').kill();
      await system.restart('state');
    });
    await expectWhole(ids);
  });

  it('takes over when it is promoted, with the present version’s process killed in the middle', async () => {
    candidate = await startCandidate('next-2');
    await untilGiven('next-2');
    const ids = await whileHeld('next-2', 'hold-request', async () => {
      await act('promoteCanary', 'next-2');
      await system.process(ID).kill();
      // It starts again, and takes no work.
      await system.restart(ID);
    });
    await expectWhole([...ids, ...(await storeDrafts(4))]);
    const { processor } = await operator.query<{ processor: object }>(
      `{ processor(id: "${ID}") { version canary { version } resting { version why } } }`,
      {},
    );
    expect(processor).toMatchObject({ version: 'next-2', canary: null });
  });
});
