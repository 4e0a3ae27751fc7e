import { afterAll, beforeAll, expect, it } from 'vitest';
import { storySteps } from '../../gateway/graphiql/routes.ts';
import { filledIn, type Known, learned, missing, type StoryStep } from '../../gateway/graphiql/story.ts';
import type { GraphClient } from '../harness/client.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

const steps = await storySteps();

let system: SharedSystem;
let user: GraphClient;
let known: Known = { run: 'e2e' };

beforeAll(async () => {
  system = await sharedSystem();
  user = await system.client('story-teller');
});
afterAll(() => system?.leave());

const named = (name: string): StoryStep => {
  const step = steps.find((each) => each.name === name);
  if (!step) throw new Error(`The story has no ${name}`);
  return step;
};

/** The operation of a step, with the answers to earlier steps filled in, as the page does. */
function operationOf(step: StoryStep) {
  expect(missing(step, known), step.name).toEqual([]);
  const { query, variables } = filledIn(step, known);
  return { query, variables: JSON.parse(variables || '{}') as Record<string, unknown> };
}

async function run(step: StoryStep): Promise<Record<string, unknown>> {
  const { query, variables } = operationOf(step);
  const data = await user.query<Record<string, unknown>>(query, variables);
  known = { ...known, ...learned(steps, step.name, data) };
  return data;
}

/** Parts of each step's data, at the latest when it is asked again. */
const shows: Readonly<Record<string, object>> = {
  CreateDraft: { createBlob: { blob: { title: 'The Lamp' }, userErrors: [] } },
  Draft: {
    blob: {
      processing: { state: 'COMPLETED' },
      derived: { nodes: [{ content: { data: { expanded: expect.stringContaining('lamp') } } }] },
    },
  },
  NextChapter: { createBlob: { blob: { title: 'The Crossing' }, userErrors: [] } },
  Book: {
    book: {
      chapters: [1, 2].map((chapterNum) => ({
        chapterNum,
        draft: { processing: { state: 'COMPLETED' } },
        expanded: { id: expect.any(String) },
      })),
    },
  },
  DescribeBook: { updateBook: { book: { title: 'The Harbour', author: 'A. Writer' }, userErrors: [] } },
  CompileBook: { compileBook: { compiledBook: { version: 1, chapterCount: 2 }, userErrors: [] } },
  Contents: {
    book: {
      compiled: {
        nodes: [{ content: { author: 'A. Writer', fullText: expect.stringContaining('The Crossing') } }],
      },
    },
  },
  BuildPitch: { buildPitch: { blob: { id: expect.any(String) }, userErrors: [] } },
  Pitch: { blob: { processing: { state: 'COMPLETED' }, content: { logline: expect.stringMatching(/\w/) } } },
  Lineage: { book: { compiled: { nodes: [{ lineage: { truncated: false } }] } } },
  SecondDraft: { createBlob: { blob: { title: 'The Lamp' }, userErrors: [] } },
  CompileAgain: { compileBook: { compiledBook: { version: 2 }, userErrors: [] } },
  CompareVersions: { compareVersions: { versionA: 1, versionB: 2, unchanged: 1 } },
  Blobs: { blobs: { totalCount: expect.any(Number) } },
  DeleteBook: { deleteBook: { bookId: 'the-harbour', userErrors: [] } },
};

const READS_AGAIN = { timeout: 60_000 };

it('GraphiQL’s story runs from the first step to the last, each with what those before it answered', async () => {
  const ran: string[] = [];
  for (const step of steps) {
    const expected = shows[step.name];
    if (step.kind === 'subscription') {
      const { query, variables } = operationOf(step);
      const changes = user.subscribe<{ blobChanged: { kind: string } }>(query, variables);
      // The cursor is of before the draft, so its changes come first.
      expect((await changes.next()).value).toMatchObject({ data: { blobChanged: { kind: 'CREATED' } } });
      await changes.return?.();
    } else if (step.kind === 'mutation') expect(await run(step), step.name).toMatchObject(expected ?? {});
    else await expect.poll(() => run(step), READS_AGAIN).toMatchObject(expected ?? {});
    // As the step says: run Book again until the new draft is expanded.
    if (step.name === 'SecondDraft')
      await expect.poll(() => run(named('Book')), READS_AGAIN).toMatchObject(shows['Book'] ?? {});
    ran.push(step.name);
  }
  expect(Object.keys(shows)).toEqual(ran.filter((name) => named(name).kind !== 'subscription'));
});

it('begins anew with another run, after its book was deleted', async () => {
  const first = named('CreateDraft');
  const { createBlob: refused } = await run(first);
  expect(refused).toMatchObject({ blob: null, userErrors: [{ code: 'BLOB_DELETED' }] });
  known = { run: 'e2e-2' };
  expect(await run(first)).toMatchObject(shows['CreateDraft'] ?? {});
  await run(named('DeleteBook'));
});
