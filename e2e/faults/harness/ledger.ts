import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, coreQuery, createBlob, draftInput } from '../../harness/operations.ts';
import type { System } from '../../harness/system.ts';
import { type Follower, follow } from './follower.ts';

/** An acknowledged draft. */
export interface Acknowledged {
  readonly id: string;
  readonly content: string;
  readonly chapter: number;
}

/** A user who records all acknowledgements, and repeats unacknowledged requests with the same key. */
export interface Ledger {
  readonly userId: string;
  readonly bookId: string;
  readonly client: GraphClient;
  /** Acknowledged drafts, by idempotency key. */
  readonly acknowledged: ReadonlyMap<string, Acknowledged>;
  /** Ids of compiled books, by idempotency key. */
  readonly compiled: ReadonlyMap<string, string>;
  /** Follows all changes since the ledger was opened. */
  readonly follower: Follower;
  /** Requests without an acknowledgement. */
  readonly unanswered: number;
  /**
   * Stores a draft, retried for up to two minutes.
   * @returns its id
   * @throws when it was not acknowledged by then
   */
  store(content?: string): Promise<string>;
  /**
   * Compiles the book from its drafts, retried as in `store`.
   * @returns the compiled book's id
   * @throws as `store`
   */
  compile(): Promise<string>;
  /** Deletes a draft, retried as in `store`. @throws as `store` */
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
/** A request without an answer by then is repeated. */
const WAITS_MS = 20_000;

const patience = (): Promise<never> =>
  pause(WAITS_MS, undefined, { ref: false }).then(() => {
    throw new Error(`No answer within ${WAITS_MS} ms`);
  });

interface Answer {
  readonly id: string | undefined;
  readonly userErrors: readonly unknown[];
}

class UserLedger implements Ledger {
  readonly userId: string;
  readonly bookId = 'the-book';
  readonly client: GraphClient;
  readonly follower: Follower;
  readonly acknowledged = new Map<string, Acknowledged>();
  readonly compiled = new Map<string, string>();
  readonly #system: System;
  #drafts = 0;
  #books = 0;
  #unanswered = 0;

  constructor(system: System, user: Pick<Ledger, 'userId' | 'client' | 'follower'>) {
    this.#system = system;
    this.userId = user.userId;
    this.client = user.client;
    this.follower = user.follower;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  async store(text = 'The rain came down on the harbour, and Elspeth counted the boats.'): Promise<string> {
    this.#drafts += 1;
    const chapter = this.#drafts;
    const key = `draft-${chapter}`;
    const content = `Chapter ${chapter}. ${text}`;
    const input = draftInput({ content, book: this.bookId, chapter, key });
    const id = await this.#insist(key, async () => {
      const { blob, userErrors } = await createBlob(this.client, input);
      return { id: blob?.id, userErrors };
    });
    this.acknowledged.set(key, { id, content, chapter });
    return id;
  }

  async compile(): Promise<string> {
    this.#books += 1;
    const idempotencyKey = `book-${this.#books}`;
    const input = { bookId: this.bookId, useExpanded: false, idempotencyKey };
    const id = await this.#insist(idempotencyKey, async () => {
      const { compiledBook, userErrors } = await compileBook(this.client, input);
      return { id: compiledBook?.id, userErrors };
    });
    this.compiled.set(idempotencyKey, id);
    return id;
  }

  async delete(id: string): Promise<void> {
    await this.#insist(`the deletion of ${id}`, async () => {
      const { deletedIds, userErrors } = (await this.client.query<Deleted>(DELETE, { id })).deleteBlob;
      return { id: deletedIds[0], userErrors };
    });
    for (const [key, draft] of this.acknowledged) if (draft.id === id) this.acknowledged.delete(key);
  }

  close(): Promise<void> {
    return this.follower.stop();
  }

  /** Repeats a request until it is acknowledged. */
  async #insist(what: string, ask: () => Promise<Answer>): Promise<string> {
    const deadline = Date.now() + GIVES_UP_AFTER_MS;
    for (;;) {
      const answer = await Promise.race([ask(), patience()]).catch(() => undefined);
      if (answer?.userErrors.length) throw new Error(`${what}: ${JSON.stringify(answer.userErrors)}`);
      if (answer?.id !== undefined) return answer.id;
      this.#unanswered += 1;
      if (Date.now() > deadline)
        throw new Error(`${what} was not done:\n${this.#system.output().slice(-4_000)}`);
      await pause(TRIES_AGAIN_AFTER_MS);
    }
  }
}

/** Opens the ledger of a new user. */
export async function openLedger(system: System): Promise<Ledger> {
  const userId = `user|${randomBytes(5).toString('hex')}@example.com`;
  const client = await system.client(userId);
  const { liveCursor } = await coreQuery(client);
  // A separate connection: breaks of the follower must not affect the writer.
  const follower = follow(await system.client(userId), liveCursor);
  return new UserLedger(system, { userId, client, follower });
}
