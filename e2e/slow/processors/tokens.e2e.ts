import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { GraphClient } from '../../harness/client.ts';
import { coreQuery, createDraft, untilState } from '../../harness/operations.ts';
import { type System, startSystem } from '../../harness/system.ts';

const TEXT = 'The rain came down on the harbour, and Elspeth counted the boats that had not come home.';
const RETRY = /* GraphQL */ `
  mutation ($id: ID!) {
    retryProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code } }
  }
`;

let system: System;

beforeAll(async () => {
  // A draft of that length exceeds it.
  system = await startSystem(inject('shape'), { environment: { USER_TOKENS_A_DAY: '20' } });
});
afterAll(() => system?.stop());

const failureOf = async (client: GraphClient, id: string) => {
  const { nodes } = await coreQuery(client);
  return nodes.find((node) => node.id === id)?.processing.runs[0]?.error;
};

it('a user’s drafts cost a model so much a day, whatever is restarted, and no other user’s less for it', async () => {
  const client = await system.client();
  const [first, second, third] = [1, 2, 3].map((chapter) => ({ content: TEXT, chapter }));
  await untilState(client, await createDraft(client, first ?? { content: TEXT }), 'COMPLETED');
  const refused = await createDraft(client, second ?? { content: TEXT });
  await untilState(client, refused, 'FAILED');
  expect(await failureOf(client, refused)).toEqual({
    code: 'TOKENS_SPENT',
    message: expect.stringMatching(
      /^Your drafts have used the 20 tokens that they may cost a day\. Retry this one after \d{4}-\d\d-\d\dT00:00:00\.000Z\.$/,
    ),
  });

  const other = await system.client();
  await untilState(other, await createDraft(other, { content: TEXT }), 'COMPLETED');

  await system.restart('text-expansion');
  const after = await createDraft(client, third ?? { content: TEXT });
  await untilState(client, after, 'FAILED');
  expect((await failureOf(client, after))?.code).toBe('TOKENS_SPENT');

  await system.restart('text-expansion', { USER_TOKENS_A_DAY: '1000' });
  const { retryProcessing } = await client.query<{ retryProcessing: { userErrors: unknown[] } }>(RETRY, {
    id: refused,
  });
  expect(retryProcessing.userErrors).toEqual([]);
  await untilState(client, refused, 'COMPLETED');
});
