import DataLoader from 'dataloader';
import { perRequest } from '../../../platform/collections/loaders.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { BlobDocument, Context, Kit } from '../../../platform/processor/kit/kit.ts';
import type { BlobRecord } from '../../../platform/processor/records/record.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';
import { fromText, similarity } from './minhash.ts';

interface Arguments {
  readonly first?: number | null;
  readonly minSimilarity?: number | null;
}

/** A similar text. */
interface Alike {
  readonly blob_id: string;
  readonly similarity: number;
}

const DEFAULTS = { first: 10, minSimilarity: 0.8 };
const MAX_FIRST = 100;
/** Texts with a lower similarity are found only by chance. */
const LEAST = 0.5;
/** Texts that are compared, for one text and for all of a request: a text may have a hundred thousand copies. */
const MAX_COMPARED = 400;
const MAX_COMPARED_TOGETHER = 4_000;
/** Candidates without stored insights that are analysed again for the comparison. */
const MAX_REMADE = 20;
/** Candidates of one band. */
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

/** Records of candidates, stored ones first; some that are no longer stored are computed again. */
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
    // Another generation's analysis of the same text.
    if (!other || source === record.sourceIds[0]) continue;
    best.set(source, Math.max(best.get(source) ?? 0, similarity(own, other)));
  }
  const alike = [...best].map(([blob_id, value]) => ({ blob_id, similarity: value }));
  return alike.sort((a, b) => b.similarity - a.similarity || (a.blob_id < b.blob_id ? -1 : 1));
}

/** Compares many texts: looks up their bands together, and reads each candidate once. */
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

/** One for each request, which batches its comparisons. */
const comparing = perRequest(({ caller, kit }: Context) => {
  const { userId } = requireViewer(caller);
  return new DataLoader<string, Alike[]>((ids) => compareAll(kit, userId, ids));
});

/** The caller's texts that are near duplicates of a text, most similar first. */
export async function nearDuplicates(
  { id }: BlobDocument,
  args: Arguments,
  context: Context,
): Promise<Alike[]> {
  const { first, minSimilarity } = checked(args);
  const alike = await comparing(context).load(id as string);
  return alike.filter(({ similarity: value }) => value >= minSimilarity).slice(0, first);
}
