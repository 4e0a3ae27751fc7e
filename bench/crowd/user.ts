import { setTimeout as pause } from 'node:timers/promises';
import { createGraphClient, type GraphClient } from '../../e2e/harness/client.ts';
import { draftInput, liveCursor } from '../../e2e/harness/operations.ts';
import { CREATE, prose } from '../harness/drafts.ts';
import type { Target } from './attacks.ts';

/** An ordinary user: reads, writes now and then, follows changes, and records what was acknowledged. */
export interface User {
  readonly name: string;
  /** Latency of each `{ me { id } }` in milliseconds, since it was last emptied. */
  readonly samples: number[];
  /** Requests that failed or were answered with an error. */
  readonly failures: string[];
  /** Contents of acknowledged drafts, by id. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Changes received by subscription, as `<blob>:<version>`. */
  readonly heard: ReadonlySet<string>;
  /** Stops reading and writing; {@link User.lacking} still works. */
  stop(): Promise<void>;
  /**
   * Acknowledged drafts that are missing, changed or not expanded exactly once, and versions that were not received.
   */
  lacking(): Promise<string[]>;
}

const LOOK_EVERY_MS = 200;
/** Reads per stored draft. */
const LOOKS_A_DRAFT = 15;
const SUBSCRIPTION = 'subscription ($after: String) { blobChanged(after: $after) { cursor blobId version } }';
const PAGE = `query ($after: String) {
  blobs(first: 50, after: $after, filter: { type: "chapter_draft" }) {
    pageInfo { hasNextPage endCursor }
    nodes { id version processing { state } content { ... on UserBlob { body } } derived(processorId: "text-expansion") { totalCount } }
  }
}`;

interface Heard {
  readonly blobChanged: { readonly cursor: string; readonly blobId: string; readonly version: number };
}

interface Stored {
  readonly id: string;
  readonly version: number;
  readonly processing: { readonly state: string };
  readonly content: { readonly body: { readonly content: string } } | null;
  readonly derived: { readonly totalCount: number };
}

interface Page {
  readonly blobs: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly nodes: readonly Stored[];
  };
}

/** Follows the user's changes from a cursor, and resubscribes after a break. */
function follow(client: GraphClient, from: string, heard: Set<string>): () => Promise<void> {
  let after = from;
  let stopped = false;
  let current: AsyncIterableIterator<unknown> | undefined;
  const listen = async () => {
    const changes = client.subscribe<Heard>(SUBSCRIPTION, { after });
    current = changes;
    for await (const { data } of changes) {
      if (!data) continue;
      after = data.blobChanged.cursor;
      heard.add(`${data.blobChanged.blobId}:${data.blobChanged.version}`);
    }
  };
  const running = (async () => {
    while (!stopped) {
      await listen().catch(() => undefined);
      if (!stopped) await pause(LOOK_EVERY_MS);
    }
  })();
  return async () => {
    stopped = true;
    await current?.return?.();
    await running;
  };
}

async function stored(client: GraphClient): Promise<Map<string, Stored>> {
  const found = new Map<string, Stored>();
  let after: string | null = null;
  do {
    const { blobs }: Page = await client.query<Page>(PAGE, { after });
    for (const node of blobs.nodes) found.set(node.id, node);
    after = blobs.pageInfo.hasNextPage ? blobs.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

interface Created {
  readonly createBlob: { readonly blob: { readonly id: string } | null; readonly userErrors: unknown[] };
}

/** Starts a user. `seed`: a number that is unique to the user. */
export async function startUser({ gateway, token }: Target, seed: number): Promise<User> {
  const name = `user${seed}`;
  const client = createGraphClient(gateway, token);
  const listener = createGraphClient(gateway, token);
  const samples: number[] = [];
  const failures: string[] = [];
  const acknowledged = new Map<string, string>();
  const heard = new Set<string>();
  const unfollow = follow(listener, await liveCursor(client), heard);
  let stopped = false;
  const note = (error: unknown) => void failures.push(error instanceof Error ? error.message : String(error));

  async function look(): Promise<void> {
    const startedAt = performance.now();
    await client.query('{ me { id } }');
    samples.push(performance.now() - startedAt);
  }

  async function write(count: number): Promise<void> {
    const content = prose(seed * 100_000 + count, 8);
    const key = `${name}-${count}`;
    const input = draftInput({ content, chapter: (count % 30) + 1, key });
    const { createBlob } = await client.query<Created>(CREATE, { input });
    if (createBlob.blob) acknowledged.set(createBlob.blob.id, content);
    else failures.push(JSON.stringify(createBlob.userErrors));
  }

  const running = (async () => {
    for (let count = seed % LOOKS_A_DRAFT; !stopped; count += 1) {
      await look().catch(note);
      if (count % LOOKS_A_DRAFT === 0) await write(count).catch(note);
      await pause(LOOK_EVERY_MS);
    }
  })();

  return {
    name,
    samples,
    failures,
    acknowledged,
    heard,
    async stop() {
      stopped = true;
      await running;
    },
    async lacking() {
      const found = await stored(client);
      const wrong = [...acknowledged].flatMap(([id, content]) => {
        const node = found.get(id);
        if (!node) return [`${name}: ${id} is missing`];
        if (node.content?.body.content !== content) return [`${name}: ${id} has another content`];
        if (node.processing.state !== 'COMPLETED') return [`${name}: ${id} is ${node.processing.state}`];
        if (node.derived.totalCount !== 1)
          return [`${name}: ${id} has ${node.derived.totalCount} expansions`];
        const versions = Array.from({ length: node.version }, (_, index) => `${id}:${index + 1}`);
        return versions
          .filter((version) => !heard.has(version))
          .map((version) => `${name}: ${version} was not received`);
      });
      if (wrong.length === 0) await unfollow();
      return wrong;
    },
  };
}
