import { createHash } from 'node:crypto';
import { expect, vi } from 'vitest';
import { derivedBlobId } from '../../../platform/ids.ts';
import type { Ledger } from './ledger.ts';
import type { Documents, LogEntry } from './stores.ts';
import type { FaultSystem } from './system.ts';

export interface Expectations {
  /** Drafts whose expansion cannot succeed; the others' does. */
  readonly failed?: readonly string[];
  /** True where message ids were forgotten: the log may then have a change twice, a subscriber still not. */
  readonly repeats?: boolean;
  /** True where the index or the log is not what it was: what the log holds is then no measure of the index. */
  readonly restored?: boolean;
  /** How long the system has to come to rest. Default: two minutes. */
  readonly withinMs?: number;
}

const PROCESSOR = 'text-expansion';
const PROCESSOR_VERSION = '1';
const expansionOf = (draft: string) => derivedBlobId(draft, PROCESSOR, PROCESSOR_VERSION);

const keyOf = ({ blobId, version }: { blobId: string; version: number }) => `${blobId}:${version}`;
const blobOf = (key: string) => key.slice(0, key.lastIndexOf(':'));
const versionOf = (key: string) => Number(key.slice(key.lastIndexOf(':') + 1));
const counted = (values: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};
const sorted = (values: Iterable<string>) => [...values].toSorted();

/** Work still open, by name; empty at rest. */
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
    // Each look reads all that the user has.
    { timeout: withinMs, interval: withinMs / 240 },
  );
}

/** Every acknowledged draft is there with its bytes, as its user sees it and as it is stored. */
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
  // Whoever tries until they are told has nothing stored beside what they were told of.
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

/** One expansion a draft, of that very draft. */
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

/** Results have the bytes that their makers told the index of. */
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

/** The index has what the stores have and nothing else, and points at nothing that is not there. */
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

/**
 * Every version of every blob, in order per blob; of one that was deleted, the deletion last.
 * @returns the changes as they first came
 */
function wholeLog(log: readonly LogEntry[], { entries, tombstones }: Documents, repeats: boolean): string[] {
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
    // What is deleted before it was told of is not told of any more.
    if (gone.has(blobId)) expect(version, `${blobId} in order`).toBeGreaterThan(before);
    else expect(version, `${blobId} in order`).toBe(before + 1);
    reached.set(blobId, version);
  }
  for (const { _id, version } of tombstones)
    expect(reached.get(String(_id)), `the deletion of ${_id}`).toBe(version);
  return first;
}

/** A subscriber has seen the log, in its order, nothing twice. */
async function followerSawAll({ follower }: Ledger, log: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(follower.seen.length).toBeGreaterThanOrEqual(log.length), {
    timeout: 30_000,
    interval: 100,
  });
  expect(follower.seen.map(keyOf), 'what the subscriber saw').toEqual(log);
}

/** Waits until the system has come to rest, and then holds all that it keeps against what its user was told. */
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
  const log = wholeLog(await system.stores.log(ledger.userId), documents, expectations.repeats ?? false);
  await followerSawAll(ledger, log);
}
