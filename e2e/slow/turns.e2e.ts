import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../../platform/model/testing/openai-server.ts';
import type { GraphClient } from '../harness/client.ts';
import { createDraft, draftInput, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';

const AT_ONCE = 10;
/** Stored by one request. */
const PART = 25;
const TEXT = 'The rain came down on the harbour, and Elspeth counted the boats.';

let model: OpenAiServer;
let system: System;

beforeAll(async () => {
  model = await startOpenAiServer();
  const environment = {
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'test-model',
    OPENAI_API_KEY: 'sk-turns',
    USER_RUNS: String(AT_ONCE),
  };
  system = await startSystem(inject('shape'), { environment });
});
afterAll(async () => {
  await system?.stop();
  await model?.close();
});

/** Holds back all answers of the model until it is opened. */
function closeModel(): () => void {
  let open = (): void => undefined;
  const after = new Promise<void>((resolve) => {
    open = resolve;
  });
  model.always({ kind: 'answer', after });
  return open;
}

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobsInput!) { createBlobs(input: $input) { results { blob { id } userErrors { code } } } }
`;
interface Created {
  createBlobs: { results: { blob: { id: string } | null; userErrors: object[] }[] };
}

const contentOf = (name: string, chapter: number) => `${name}, chapter ${chapter}. ${TEXT}`;

async function createMany(client: GraphClient, name: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const chapters = Array.from({ length: Math.min(PART, count - ids.length) }, (_, n) => ids.length + n + 1);
    const blobs = chapters.map((chapter) => draftInput({ content: contentOf(name, chapter), chapter }));
    const { createBlobs } = await client.query<Created>(CREATE, { input: { blobs } });
    expect(createBlobs.results.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    ids.push(...createBlobs.results.map(({ blob }) => blob?.id ?? ''));
  }
  return ids;
}

const RUNS = /* GraphQL */ `
  query ($after: String) {
    blobs(first: 100, after: $after, filter: { type: "chapter_draft" }) {
      pageInfo { hasNextPage endCursor }
      nodes { id processing { state runs { processorId state updatedAt obstacle { code } } } }
    }
  }
`;
interface Run {
  processorId: string;
  state: string;
  updatedAt: string;
  obstacle: { code: string } | null;
}
interface Page {
  blobs: {
    pageInfo: { hasNextPage: boolean; endCursor: string };
    nodes: { id: string; processing: { state: string; runs: Run[] } }[];
  };
}

/** The expansion's run of each draft of the user. */
async function runsOf(client: GraphClient): Promise<Map<string, Run>> {
  const runs = new Map<string, Run>();
  for (let after: string | null = null; ; ) {
    const { blobs }: Page = await client.query<Page>(RUNS, { after });
    for (const { id, processing } of blobs.nodes) {
      const run = processing.runs.find(({ processorId }) => processorId === 'text-expansion');
      if (run) runs.set(id, run);
    }
    if (!blobs.pageInfo.hasNextPage) return runs;
    after = blobs.pageInfo.endCursor;
  }
}

const isHeld = ({ obstacle }: Run) => obstacle?.code === 'AWAITING_TURN';

async function untilAll(client: GraphClient): Promise<void> {
  await vi.waitFor(
    async () => {
      const states = [...(await runsOf(client)).values()].map(({ state }) => state);
      expect(states.filter((state) => state !== 'COMPLETED')).toEqual([]);
    },
    { timeout: 150_000, interval: 500 },
  );
}

describe('users take turns at a processor', () => {
  it('all are done when the state service is killed while most of them wait', async () => {
    const many = await system.client();
    const open = closeModel();
    await createMany(many, 'Killed', 30);
    expect([...(await runsOf(many)).values()].filter(isHeld)).toHaveLength(30 - AT_ONCE);
    await system.process('state').kill();
    await system.restart('state');
    open();
    await untilAll(many);
    expect((await runsOf(many)).size).toBe(30);
  });

  it('one draft of another user is done before most of 300 that came first', async () => {
    const [many, one] = [await system.client(), await system.client()];
    const open = closeModel();
    const ids = await createMany(many, 'Many', 300);
    const waiting = await runsOf(many);
    const held = ids.filter((id) => isHeld(waiting.get(id) as Run));
    // The oldest were asked for.
    expect(held).toEqual(ids.slice(AT_ONCE));

    const other = await createDraft(one, { content: contentOf('One', 1) });
    open();
    await untilState(one, other, 'COMPLETED', 120_000);
    const runs = await runsOf(many);
    expect(runs.size).toBe(300);
    const doneAt = (await runsOf(one)).get(other)?.updatedAt ?? '';
    const before = [...runs.values()].filter(
      ({ state, updatedAt }) => state === 'COMPLETED' && updatedAt < doneAt,
    );
    expect(before.length).toBeLessThan(150);
  });
});
