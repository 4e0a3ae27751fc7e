import { setTimeout as pause } from 'node:timers/promises';
import type { OpenAiServer } from '../../platform/model/testing/openai-server.ts';
import { createGraphClient, type GraphClient } from '../harness/client.ts';
import type { System } from '../harness/system.ts';

/** A running system, and the model that it uses after a restart. */
export interface Writer {
  readonly system: System;
  readonly model: OpenAiServer;
}

/** Ids of the users. */
export const users = {
  plain: 'alice',
  odd: 'user|1@example.com',
  interrupted: 'late|2@example.com',
  erased: 'gone@example.com',
} as const;

const OPERATOR = 'olga';
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** Polls `look` until it returns a value. @throws after two minutes */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within two minutes`);
    await pause(LOOK_EVERY_MS);
  }
}

export const operator = async (system: System): Promise<GraphClient> =>
  createGraphClient(system.urls.gateway, await system.token(OPERATOR, ['operator']));

/**
 * Runs a mutation.
 * @returns its payload
 * @throws when it has `userErrors`
 */
export async function mutate<Payload extends object>(
  client: GraphClient,
  field: string,
  text: string,
  variables: Record<string, unknown>,
): Promise<Payload> {
  const answer = await client.query<Record<string, Payload & { userErrors: object[] }>>(text, variables);
  const payload = answer[field];
  if (!payload || payload.userErrors.length > 0)
    throw new Error(`${field} was refused: ${JSON.stringify(payload?.userErrors)}`);
  return payload;
}

const CREATE = `mutation ($input: CreateBlobInput!) {
  createBlob(input: $input) { blob { id } userErrors { field code message } }
}`;

/** Stores a blob. @returns its id */
export const create = async (client: GraphClient, input: object): Promise<string> =>
  (await mutate<{ blob: { id: string } }>(client, 'createBlob', CREATE, { input })).blob.id;

export interface DraftInput {
  readonly title: string;
  readonly content: string;
  readonly book?: string;
  readonly chapter?: number;
  readonly key?: string;
}

/** The input of a draft; without a book it has no metadata. */
export const draft = ({ title, content, book, chapter = 1, key }: DraftInput): object => ({
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  title,
  data: {
    content,
    ...(book === undefined ? {} : { metadata: { book_id: book, chapter_num: chapter, mood: 'calm' } }),
  },
  ...(key === undefined ? {} : { idempotencyKey: key }),
});

const PROCESSING = 'query ($id: ID!) { blob(id: $id) { processing { state } derivedIds } }';

interface Processing {
  readonly blob: { readonly processing: { readonly state: string }; readonly derivedIds: readonly string[] };
}

const SETTLED = ['COMPLETED', 'FAILED', 'STORED'];

/** Waits until a blob has no open runs. @returns its state */
export const settled = (client: GraphClient, id: string): Promise<string> =>
  until(`The runs of ${id}`, async () => {
    const { blob } = await client.query<Processing>(PROCESSING, { id });
    return SETTLED.includes(blob.processing.state) ? blob.processing.state : undefined;
  });

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) { compiledBook { id version } userErrors { field code message } }
}`;

/** Compiles a book into its next version. */
export const compile = async (client: GraphClient, input: object): Promise<{ id: string; version: number }> =>
  (
    await mutate<{ compiledBook: { id: string; version: number } }>(client, 'compileBook', COMPILE, {
      input,
    })
  ).compiledBook;

const BOOK = `mutation ($input: CreateBookInput!) {
  createBook(input: $input) { book { id } userErrors { field code message } }
}`;

export const describeBook = (client: GraphClient, input: object): Promise<object> =>
  mutate(client, 'createBook', BOOK, { input });

const DELETE = `mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds userErrors { field code message } } }`;

export const remove = (client: GraphClient, id: string): Promise<object> =>
  mutate(client, 'deleteBlob', DELETE, { id });
