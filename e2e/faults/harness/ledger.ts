import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, coreQuery, createBlob, draftInput } from '../../harness/operations.ts';
import type { System } from '../../harness/system.ts';
import { type Follower, follow } from './follower.ts';

/** A draft that was acknowledged. */
export interface Acknowledged {
  readonly id: string;
  readonly content: string;
  readonly chapter: number;
}

/** A user who keeps book of all that they were told, and tries again with the same key what they were not told. */
export interface Ledger {
  readonly userId: string;
  readonly bookId: string;
  readonly client: GraphClient;
  /** By idempotency key. */
  readonly acknowledged: ReadonlyMap<string, Acknowledged>;
  /** Ids of compiled books, by idempotency key. */
  readonly compiled: ReadonlyMap<string, string>;
  /** Hears of all changes since the ledger was opened. */
  readonly follower: Follower;
  /** Tries that were not answered with what was stored. */
  readonly unanswered: number;
  /** Stores a draft, however often it takes. @throws when that did not work within two minutes */
  store(content?: string): Promise<string>;
  /** Compiles the drafts of the book as they stand, however often it takes. @throws as `store` */
  compile(): Promise<string>;
  /** Deletes a draft, however often it takes. @throws as `store` */
  delete(id: string): Promise<void>;
  close(): Promise<void>;
}

const DELETE = /* GraphQL */ `
  mutation ($id: ID!) {
    deleteBlob(id: $id) { deletedIds userErrors { field code message } }
  }
`;

interface Deleted {
  readonly deleteBlob: { readonly deletedIds: readonly string[]; readonly userErrors: readonly unknown[] };
}

const GIVES_UP_AFTER_MS = 120_000;
const TRIES_AGAIN_AFTER_MS = 200;
/** An answer that never comes is no answer. */
const WAITS_MS = 20_000;

const patience = (): Promise<never> =>
  pause(WAITS_MS, undefined, { ref: false }).then(() => {
    throw new Error(`No answer within ${WAITS_MS} ms`);
  });

interface Answer {
  readonly id: string | undefined;
  readonly userErrors: readonly unknown[];
}

/** Opens a ledger of a new user. */
export async function openLedger(system: System): Promise<Ledger> {
  const userId = `user|${randomBytes(5).toString('hex')}@example.com`;
  const client = await system.client(userId);
  const { liveCursor } = await coreQuery(client);
  // A connection of its own: the follower's breaks are not the writer's.
  const follower = follow(await system.client(userId), liveCursor);
  const acknowledged = new Map<string, Acknowledged>();
  const compiled = new Map<string, string>();
  const bookId = 'the-book';
  let drafts = 0;
  let books = 0;
  let unanswered = 0;

  /** Asks until there is an answer. */
  async function insist(what: string, ask: () => Promise<Answer>): Promise<string> {
    const deadline = Date.now() + GIVES_UP_AFTER_MS;
    for (;;) {
      const answer = await Promise.race([ask(), patience()]).catch(() => undefined);
      if (answer?.userErrors.length) throw new Error(`${what}: ${JSON.stringify(answer.userErrors)}`);
      if (answer?.id !== undefined) return answer.id;
      unanswered += 1;
      if (Date.now() > deadline) throw new Error(`${what} was not done:\n${system.output().slice(-4_000)}`);
      await pause(TRIES_AGAIN_AFTER_MS);
    }
  }

  return {
    userId,
    bookId,
    client,
    acknowledged,
    compiled,
    follower,
    get unanswered() {
      return unanswered;
    },
    async store(text = 'The rain came down on the harbour, and Elspeth counted the boats.') {
      drafts += 1;
      const chapter = drafts;
      const key = `draft-${chapter}`;
      const content = `Chapter ${chapter}. ${text}`;
      const input = draftInput({ content, book: bookId, chapter, key });
      const id = await insist(key, async () => {
        const { blob, userErrors } = await createBlob(client, input);
        return { id: blob?.id, userErrors };
      });
      acknowledged.set(key, { id, content, chapter });
      return id;
    },
    async compile() {
      books += 1;
      const idempotencyKey = `book-${books}`;
      const id = await insist(idempotencyKey, async () => {
        const { compiledBook, userErrors } = await compileBook(client, {
          bookId,
          useExpanded: false,
          idempotencyKey,
        });
        return { id: compiledBook?.id, userErrors };
      });
      compiled.set(idempotencyKey, id);
      return id;
    },
    async delete(id) {
      await insist(`the deletion of ${id}`, async () => {
        const { deletedIds, userErrors } = (await client.query<Deleted>(DELETE, { id })).deleteBlob;
        return { id: deletedIds[0], userErrors };
      });
      for (const [key, draft] of acknowledged) if (draft.id === id) acknowledged.delete(key);
    },
    close: () => follower.stop(),
  };
}
