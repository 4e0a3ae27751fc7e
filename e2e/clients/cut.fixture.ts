import { expect } from 'vitest';
import type { GraphClient } from '../harness/client.ts';
import { type CuttableProxy, startCuttable } from '../harness/cuttable.ts';
import { createBlob, createDraft, deleteBlob, untilState } from '../harness/operations.ts';
import type { Place, Users } from '../harness/users.ts';

/** A change as every example reports it. */
export interface Told {
  readonly cursor: string;
  readonly blobId: string;
  readonly version: number;
}

/** An example's user, connected through a proxy that can be cut. */
export interface Behind {
  readonly proxy: CuttableProxy;
  /** The same user, connected directly. */
  readonly user: GraphClient;
  /** URLs of the proxy, for HTTP and for WebSocket. */
  readonly http: string;
  readonly ws: string;
  readonly token: () => string;
  /** Resolves as soon as a retry can succeed. */
  readonly retryWait: () => Promise<void>;
}

export async function behindProxy(system: Place & Users): Promise<Behind> {
  const user = await system.client();
  const proxy = await startCuttable(system.urls.gateway);
  const http = `${proxy.url}/graphql`;
  return {
    proxy,
    user,
    http,
    ws: http.replace('http', 'ws'),
    token: () => user.token,
    retryWait: () => proxy.mended(),
  };
}

/** Stores notes, which no processor takes: one change each. */
export async function storeNotes(user: GraphClient, ...titles: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const title of titles) {
    const input = { type: 'note', schemaId: 'note-v1', title, data: { content: title } };
    const { blob } = await createBlob(user, input);
    ids.push(blob?.id ?? '');
  }
  return ids;
}

/** The user's changes after a cursor, up to the blob `last`, read directly. */
export async function changesUntil(user: GraphClient, after: string, lastId: string): Promise<Told[]> {
  const query = 'subscription ($after: String) { blobChanged(after: $after) { cursor blobId version } }';
  const changes: Told[] = [];
  for await (const { data } of user.subscribe<{ blobChanged: Told }>(query, { after })) {
    if (!data) throw new Error('The subscription failed');
    changes.push(data.blobChanged);
    if (data.blobChanged.blobId === lastId) break;
  }
  return changes;
}

/**
 * Makes twelve changes, and cuts the connection from the fifth to the ninth. `told`: changes after `after` that the
 * example has reported so far.
 */
export async function twelveChanges(
  { proxy, user }: Behind,
  after: string,
  told: readonly Told[],
): Promise<void> {
  const connections = proxy.connections;
  await storeNotes(user, 'one', 'two', 'three', 'four', 'five');
  await expect.poll(() => told.length, { timeout: 60_000 }).toBe(5);
  proxy.cut();
  await storeNotes(user, 'six', 'seven', 'eight', 'nine');
  proxy.mend();
  await expect.poll(() => proxy.connections, { timeout: 60_000 }).toBeGreaterThan(connections);
  const [, , lastId = ''] = await storeNotes(user, 'ten', 'eleven', 'twelve');
  await expect.poll(() => told.at(-1)?.blobId, { timeout: 60_000 }).toBe(lastId);
  const all = await changesUntil(user, after, lastId);
  expect(all).toHaveLength(12);
  expect(told.map(({ cursor }) => cursor)).toEqual(all.map(({ cursor }) => cursor));
}

/**
 * Stores a draft, waits until it is expanded, and deletes a blob; expects each of these changes in `told`, the changes
 * that the example has reported, with the deletion last.
 */
export async function draftThenDeletion(
  { user }: Behind,
  goneId: string,
  told: readonly { readonly kind: string }[],
): Promise<void> {
  const draftId = await createDraft(user, { content: 'The lamp burned all night.' });
  await untilState(user, draftId, 'COMPLETED');
  await deleteBlob(user, goneId);
  await expect.poll(() => told.at(-1)?.kind, { timeout: 60_000 }).toBe('DELETED');
  expect(told.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['CREATED', 'DERIVED', 'COMPLETED']));
}
