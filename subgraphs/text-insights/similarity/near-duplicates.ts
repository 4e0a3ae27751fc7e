import DataLoader from 'dataloader';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Context, Document } from '../../../platform/processor/graphql/resolvers.ts';
import type { Kit } from '../../../platform/processor/kit.ts';
import type { BlobRecord } from '../../../platform/processor/record.ts';
import { requireViewer } from '../../../platform/serving/authenticate.ts';
import { fromText, similarity } from './minhash.ts';

interface Arguments {
  readonly first?: number | null;
  readonly minSimilarity?: number | null;
}

/** A text that is like another, by the blob that was compared. */
interface Alike {
  readonly blob_id: string;
  readonly similarity: number;
}

const DEFAULTS = { first: 10, minSimilarity: 0.8 };
const MAX_FIRST = 100;
/** Below it, texts that are alike are found by chance. */
const LEAST = 0.5;
/** Texts that one is compared with, and those that all of a request are: a text may have a hundred thousand copies. */
const MAX_COMPARED = 400;
const MAX_COMPARED_TOGETHER = 4_000;
/** Texts found by what they share whose own insights were dropped, and are made again to compare them. */
const MAX_REMADE = 20;
/** Each band gives at most so many. */
const OF_A_BAND = 100;

const SIGNATURE: ReadonlySet<string> = new Set(['signature']);

function refuse(field: string, allowed: string): never {
  throw new BlobgraphError('VALIDATION_FAILED', `\`${field}\` must be ${allowed}.`, { field });
}

function checked({ first, minSimilarity }: Arguments): typeof DEFAULTS {
  const given = { first: first ?? DEFAULTS.first, minSimilarity: minSimilarity ?? DEFAULTS.minSimilarity };
  if (!(given.first >= 1 && given.first <= MAX_FIRST)) refuse('first', `from 1 to ${MAX_FIRST}`);
  if (!(given.minSimilarity >= LEAST && given.minSimilarity <= 1))
    refuse('minSimilarity', `from ${LEAST} to 1`);
  return given;
}

/** The records of these ids, those first that are there; some that were dropped are made again. */
async function candidates(
  kit: Kit,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, BlobRecord>> {
  const there = await kit.records.byIds(userId, ids, SIGNATURE);
  const found = new Map(there.map((record) => [record.id, record]));
  const dropped = ids.filter((id) => !found.has(id)).slice(0, MAX_REMADE);
  if (dropped.length === 0) return found;
  for (const [id, one] of await kit.reader.byIds(userId, dropped, SIGNATURE))
    if (!(one instanceof Error)) found.set(id, one);
  return found;
}

function alikeOf(record: BlobRecord, others: readonly BlobRecord[]): Alike[] {
  const own = fromText(record.beside['signature']);
  if (!own) return [];
  const best = new Map<string, number>();
  for (const { sourceIds, beside } of others) {
    const [source = ''] = sourceIds;
    const other = fromText(beside['signature']);
    // The same text was read before, by another generation.
    if (!other || source === record.sourceIds[0]) continue;
    best.set(source, Math.max(best.get(source) ?? 0, similarity(own, other)));
  }
  const alike = [...best].map(([blob_id, value]) => ({ blob_id, similarity: value }));
  return alike.sort((a, b) => b.similarity - a.similarity || (a.blob_id < b.blob_id ? -1 : 1));
}

/** Of many texts at once: what they share is asked for together, and each other text is read once. */
async function compareAll(kit: Kit, userId: string, ids: readonly string[]): Promise<Alike[][]> {
  const { tags, records } = kit;
  if (!tags) throw new Error(`The records of ${kit.definition.id} have no tags`);
  const own = new Map((await records.byIds(userId, ids, SIGNATURE)).map((record) => [record.id, record]));
  const each = Math.max(1, Math.min(MAX_COMPARED, Math.floor(MAX_COMPARED_TOGETHER / ids.length)));
  const sharing = await Promise.all(
    ids.map(async (id) => {
      const record = own.get(id);
      return record ? (await tags.sharing(record, Math.min(each, OF_A_BAND))).slice(0, each) : [];
    }),
  );
  const found = await candidates(kit, userId, [...new Set(sharing.flat())]);
  return ids.map((id, index) => {
    const record = own.get(id);
    return record
      ? alikeOf(
          record,
          (sharing[index] ?? []).flatMap((other) => found.get(other) ?? []),
        )
      : [];
  });
}

/** One for each request: its texts are compared together. */
const loaders = new WeakMap<Context, DataLoader<string, Alike[]>>();

function loaderOf(context: Context): DataLoader<string, Alike[]> {
  const known = loaders.get(context);
  if (known) return known;
  const { userId } = requireViewer(context.caller);
  const loader = new DataLoader<string, Alike[]>((ids) => compareAll(context.kit, userId, ids));
  loaders.set(context, loader);
  return loader;
}

/** Texts of the caller's own of which nearly the same is written, the most similar first. */
export async function nearDuplicates({ id }: Document, args: Arguments, context: Context): Promise<Alike[]> {
  const { first, minSimilarity } = checked(args);
  const alike = await loaderOf(context).load(id as string);
  return alike.filter(({ similarity: value }) => value >= minSimilarity).slice(0, first);
}
