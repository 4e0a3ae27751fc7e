import { createHash } from 'node:crypto';
import { expect, vi } from 'vitest';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { Ledger } from './ledger.ts';
import type { Documents, LogEntry } from './stores.ts';
import type { FaultSystem } from './system.ts';
import { keyOf, toBeTold, withoutRepetition } from './told.ts';

export interface Expectations {
  /** Drafts whose expansion fails; all others succeed. Default: none. */
  readonly failed?: readonly string[];
  /**
   * True when message ids were lost: the log may then have duplicates, which subscribers must not receive. Default:
   * false.
   */
  readonly repeats?: boolean;
  /** True when the index or the log was restored from an older state: the two are then not compared. Default: false. */
  readonly restored?: boolean;
  /** Time for the system to finish all work, in milliseconds. Default: two minutes. */
  readonly withinMs?: number;
}

const PROCESSOR = 'text-expansion';
const PROCESSOR_VERSION = '1';
const expansionOf = (draft: string) => derivedBlobId(draft, PROCESSOR, PROCESSOR_VERSION);

const blobOf = (key: string) => key.slice(0, key.lastIndexOf(':'));
const versionOf = (key: string) => Number(key.slice(key.lastIndexOf(':') + 1));
const counted = (values: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};
const sorted = (values: Iterable<string>) => [...values].toSorted();

/** Unfinished work, in words; empty at rest. */
function unrest(
  { userBlobs, entries, tombstones, expandedTexts, compiledBooks }: Documents,
  failed: ReadonlySet<string>,
): string[] {
  const id = ({ _id }: { _id?: unknown }) => String(_id);
  const expected = (blob: string) => (failed.has(blob) ? 'FAILED' : 'COMPLETED');
  return [
    ...tombstones.filter(({ deletion_due_at }) => deletion_due_at).map((one) => `deleting ${id(one)}`),
    ...[...userBlobs, ...entries, ...tombstones]
      .filter(({ outbox_since }) => outbox_since)
      .map((one) => `outbox ${id(one)}`),
    ...entries
      .filter((entry) => entry['processor_id'] === 'state' && entry['state'] !== expected(id(entry)))
      .map((entry) => `${id(entry)} is ${entry['state']}`),
    ...expandedTexts.filter(({ registered_at }) => !registered_at).map((one) => `unregistered ${id(one)}`),
    ...compiledBooks.filter(({ registered_at }) => !registered_at).map((one) => `unregistered ${one.id}`),
  ];
}

async function comesToRest(
  { stores }: Pick<FaultSystem, 'stores'>,
  ledger: Ledger,
  { failed = [], withinMs = 120_000 }: Expectations,
): Promise<Documents> {
  const drafts = [...ledger.acknowledged.values()].map(({ id }) => id);
  return vi.waitFor(
    async () => {
      const documents = await stores.documents(ledger.userId);
      expect(unrest(documents, new Set(failed)), 'not at rest').toEqual([]);
      const entered = new Set(documents.entries.map(({ _id }) => String(_id)));
      const lacking = drafts.filter((id) => !entered.has(id));
      expect(lacking, 'not in the index').toEqual([]);
      expect(await stores.busyConsumers(), 'consumers with work').toEqual([]);
      return documents;
    },
    // Each poll reads all documents of the user.
    { timeout: withinMs, interval: withinMs / 240 },
  );
}

/** Every acknowledged draft exists unchanged, in the store and in the graph. */
async function nothingLost(
  { client, acknowledged, compiled }: Ledger,
  { userBlobs, compiledBooks }: Documents,
): Promise<void> {
  const told = new Map([...acknowledged.values()].map(({ id, content }) => [id, content]));
  const stored = new Map(userBlobs.map(({ _id, data }) => [String(_id), JSON.parse(data).content as string]));
  const filter = { type: 'chapter_draft' };
  const shown = new Map<string, string | undefined>();
  let after: string | null = null;
  do {
    const page: Page = (await client.query<{ blobs: Page }>(PAGE, { filter, after })).blobs;
    for (const { id, content } of page.nodes) shown.set(id, content?.body?.content);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  // A user who retries until acknowledged has no documents beside the acknowledged ones.
  expect(stored).toEqual(told);
  expect(shown).toEqual(told);
  expect(sorted(compiledBooks.map(({ id }) => id))).toEqual(sorted(compiled.values()));
}

interface Page {
  nodes: { id: string; content: { body?: { content: string } } | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const PAGE = /* GraphQL */ `
  query ($filter: BlobFilter, $after: String) {
    blobs(first: 100, after: $after, filter: $filter) {
      pageInfo { hasNextPage endCursor }
      nodes { id content { ... on UserBlob { body } } }
    }
  }
`;

/** Every draft has exactly one expansion, of its own text. */
function nothingTwice({ acknowledged }: Ledger, { expandedTexts }: Documents, failed: ReadonlySet<string>) {
  const drafts = [...acknowledged.values()].filter(({ id }) => !failed.has(id));
  const made = expandedTexts.map(({ _id, parent_blob_id, data }) => [
    String(_id),
    String(parent_blob_id),
    data.original,
  ]);
  const wanted = drafts.map(({ id, content }) => [expansionOf(id), id, content]);
  expect(made.toSorted()).toEqual(wanted.toSorted());
}

/** Stored results match the content hashes in the index. */
function madeAsTold({ entries, expandedTexts, compiledBooks }: Documents): void {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const made = [
    ...expandedTexts.map(({ _id, data }) => [String(_id), hashOf(data.expanded)]),
    ...compiledBooks.map(({ id, text_hash }) => [id, text_hash]),
  ];
  const told = entries
    .filter(({ processor_id }) => processor_id !== 'state')
    .map(({ _id, content_hash }) => [String(_id), String(content_hash)]);
  expect(made.toSorted(), 'contents by hash').toEqual(told.toSorted());
}

/** Index and stores have the same blobs, and all sources exist. */
function nothingDangles({ userBlobs, entries, expandedTexts, compiledBooks }: Documents): void {
  const of = (processor: string) =>
    sorted(entries.filter(({ processor_id }) => processor_id === processor).map(({ _id }) => String(_id)));
  const ids = (documents: readonly { _id?: unknown }[]) => sorted(documents.map(({ _id }) => String(_id)));
  expect(of('state'), 'drafts').toEqual(ids(userBlobs));
  expect(of(PROCESSOR), 'expansions').toEqual(ids(expandedTexts));
  expect(of('book-compiler'), 'books').toEqual(sorted(compiledBooks.map(({ id }) => id)));
  const known = new Set(entries.map(({ _id }) => String(_id)));
  const sources = [
    ...entries.flatMap(({ source_ids }) => source_ids as string[]),
    ...compiledBooks.flatMap(({ source_blob_ids }) => source_blob_ids),
  ];
  const halves = compiledBooks.filter(({ chapters, chapter_count }) => chapters !== chapter_count);
  expect(halves, 'books without all of their chapters').toEqual([]);
  expect(
    sources.filter((id) => !known.has(id)),
    'sources that are not there',
  ).toEqual([]);
}

interface Counts {
  me: {
    state: { totalBlobs: number; blobsByProcessor: { processorId: string; count: number }[] };
  };
}

async function countsAreTrue({ client }: Ledger, documents: Documents): Promise<void> {
  const { me } = await client.query<Counts>(
    '{ me { state { totalBlobs blobsByProcessor { processorId count } } } }',
  );
  const { userBlobs, expandedTexts, compiledBooks } = documents;
  const recount = { state: userBlobs, [PROCESSOR]: expandedTexts, 'book-compiler': compiledBooks };
  const counts = Object.entries(recount).map(([processorId, { length: count }]) => ({ processorId, count }));
  expect(me.state.blobsByProcessor.toSorted((a, b) => a.processorId.localeCompare(b.processorId))).toEqual(
    counts.filter(({ count }) => count > 0).toSorted((a, b) => a.processorId.localeCompare(b.processorId)),
  );
  expect(me.state.totalBlobs).toBe(counts.reduce((sum, { count }) => sum + count, 0));
}

/** The log has every version of every blob, in order per blob, with deletions last. */
function wholeLog(log: readonly LogEntry[], { entries, tombstones }: Documents, repeats: boolean): void {
  const first = [...counted(log.map(keyOf)).keys()];
  if (!repeats) expect(log.map(keyOf), 'the log without repetition').toEqual(first);
  const wanted = entries.flatMap(({ _id, version }) =>
    Array.from({ length: version as number }, (_, index) =>
      keyOf({ blobId: String(_id), version: index + 1 }),
    ),
  );
  const gone = new Set(tombstones.map(({ _id }) => String(_id)));
  const kept = first.filter((key) => !gone.has(blobOf(key)));
  expect(sorted(kept), 'the log').toEqual(sorted(wanted));
  const reached = new Map<string, number>();
  for (const key of first) {
    const [blobId, version, before] = [blobOf(key), versionOf(key), reached.get(blobOf(key)) ?? 0];
    // Versions that were not published before the deletion are left out.
    if (gone.has(blobId)) expect(version, `${blobId} in order`).toBeGreaterThan(before);
    else expect(version, `${blobId} in order`).toBe(before + 1);
    reached.set(blobId, version);
  }
  for (const { _id, version } of tombstones)
    expect(reached.get(String(_id)), `the deletion of ${_id}`).toBe(version);
}

/** The subscriber has received the whole log but progress that was overtaken, in order and without duplicates. */
async function followerSawAll({ follower }: Ledger, log: readonly LogEntry[]): Promise<void> {
  const wanted = await toBeTold(log, () => follower.seen, { timeout: 30_000, interval: 100 });
  expect(follower.seen.map(keyOf), 'what the subscriber received').toEqual(wanted.map(keyOf));
}

/** Waits until the system is at rest, then compares everything stored with what was acknowledged to the user. */
export async function expectWhole(
  system: Pick<FaultSystem, 'stores' | 'output'>,
  ledger: Ledger,
  expectations: Expectations = {},
): Promise<void> {
  const failed = new Set(expectations.failed ?? []);
  const documents = await comesToRest(system, ledger, expectations);
  await nothingLost(ledger, documents);
  nothingTwice(ledger, documents, failed);
  nothingDangles(documents);
  madeAsTold(documents);
  await countsAreTrue(ledger, documents);
  if (expectations.restored) return;
  const log = await system.stores.log(ledger.userId);
  wholeLog(log, documents, expectations.repeats ?? false);
  await followerSawAll(ledger, withoutRepetition(log));
}
