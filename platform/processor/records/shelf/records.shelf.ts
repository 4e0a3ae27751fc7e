import type { GivenNumber, Shelf, ShelfPlace, Shelved, Shelving } from '../../../shelf/shelf.ts';
import type { BlobEraser } from '../eraser.ts';
import type { BlobInventory, InventoryItem } from '../inventory.ts';
import { type BlobRecord, isPending, type NewRecord, storedAs } from '../record.ts';
import type { RecordPage, Records, RecordsDefinition, Stored, Wanted } from '../records.ts';
import { storable } from '../storable.ts';
import { recordFrom, toFields, userOf, wantedFields } from './fields.ts';
import { tagsOf } from './tags.ts';

class ShelfRecords {
  readonly #shelf: Shelf;
  readonly #definition: RecordsDefinition;

  constructor(shelf: Shelf, definition: RecordsDefinition) {
    this.#shelf = shelf;
    this.#definition = definition;
  }

  async find(id: string, wanted: Wanted): Promise<BlobRecord | null> {
    const [fields] = await this.#shelf.read([id], wantedFields(this.#definition, wanted));
    return fields ? recordFrom(this.#definition, id, fields, wanted) : null;
  }

  async byIds(userId: string, ids: readonly string[], wanted: Wanted): Promise<BlobRecord[]> {
    const found = await this.#shelf.read(ids, wantedFields(this.#definition, wanted));
    return ids.flatMap((id, index) => {
      const fields = found[index];
      return fields && userOf(fields) === userId ? [recordFrom(this.#definition, id, fields, wanted)] : [];
    });
  }

  async page(userId: string, { since, after, limit }: RecordPage, wanted: Wanted): Promise<BlobRecord[]> {
    const records: BlobRecord[] = [];
    let place: ShelfPlace = { ...(since ? { since } : {}), ...(after ? { after } : {}) };
    for (;;) {
      const ids = await this.#shelf.list(userId, place, limit - records.length);
      const found = await this.byIds(userId, ids, wanted);
      records.push(...found.filter((record) => !isPending(record)));
      const last = found.at(-1);
      if (!last || records.length >= limit) return records;
      place = { ...place, after: last };
    }
  }

  async insert(given: NewRecord): Promise<Stored> {
    for (;;) {
      const { stored, shelved } = await this.#made(given);
      const shelving = await this.#shelf.add(shelved);
      if (shelving === 'added') return { stored, inserted: true };
      const existing = shelving === 'there' ? await this.find(given.id, 'all') : null;
      // Without one another took the number, or what was there is gone again.
      if (existing) return { stored: existing, inserted: false };
    }
  }

  async complete(given: NewRecord): Promise<Stored | null> {
    let shelving: Shelving;
    do shelving = await this.#shelf.complete((await this.#made(given)).shelved);
    while (shelving === 'taken');
    const stored = shelving === 'gone' ? null : await this.find(given.id, 'all');
    return stored && { stored, inserted: shelving === 'added' };
  }

  /** The next number among the user's records that have the same values. */
  async #allocate({ userId, contentHash, data }: NewRecord): Promise<GivenNumber | undefined> {
    const { allocates } = this.#definition;
    if (!allocates || contentHash === null) return undefined;
    const of = JSON.stringify(allocates.within.map((member) => data[member]));
    return { of, number: (await this.#shelf.highest(userId, of)) + 1 };
  }

  async #made(given: NewRecord): Promise<{ readonly stored: BlobRecord; readonly shelved: Shelved }> {
    const record = storable(this.#definition, given);
    const { allocates } = this.#definition;
    const number = await this.#allocate(record);
    const allocated = number && allocates ? { [allocates.member]: number.number } : {};
    const stored = storedAs(
      { ...record, data: { ...record.data, ...allocated } },
      record.describe(allocated),
    );
    const { id, userId, createdAt, registerAt } = record;
    const fields = toFields(this.#definition, stored, registerAt);
    const tags = tagsOf(this.#definition, stored);
    return {
      stored: recordFrom(this.#definition, id, fields, 'all'),
      shelved: { id, userId, createdAt, registerAt, fields, tags, ...(number ? { given: number } : {}) },
    };
  }
}

/** Tags and lists of the erased records are removed with them. */
async function eraseFrom(
  shelf: Shelf,
  definition: RecordsDefinition,
  userId: string,
  ids: readonly string[],
) {
  const found = definition.tags ? await shelf.read(ids) : [];
  const records = ids.map((id, index) => {
    const fields = found[index];
    return { id, tags: fields ? tagsOf(definition, recordFrom(definition, id, fields, 'all')) : [] };
  });
  await shelf.erase(userId, records);
}

const eraser = (shelf: Shelf, definition: RecordsDefinition): BlobEraser => ({
  async erase(userId, ids) {
    if (ids.length > 0) await eraseFrom(shelf, definition, userId, ids);
  },
  async eraseUser(userId, limit) {
    await shelf.forgetNumbers(userId);
    const ids = await shelf.list(userId, {}, limit);
    if (ids.length > 0) await eraseFrom(shelf, definition, userId, ids);
    return ids;
  },
  markStale: (userId, ids) => shelf.change(ids, { kind: 'stale', userId }),
});

/** Fields of what an inventory tells: the envelope, and whether the index has it. */
const NO_MEMBERS: ReadonlySet<string> = new Set();

function inventoryOf(shelf: Shelf, definition: RecordsDefinition): BlobInventory {
  const itemsOf = async (ids: readonly string[], before: Date): Promise<InventoryItem[]> => {
    const found = await shelf.read(ids, wantedFields(definition, NO_MEMBERS));
    return ids.flatMap((id, index) => {
      const fields = found[index];
      if (!fields) return [];
      const record = recordFrom(definition, id, fields, NO_MEMBERS);
      const { userId, sourceIds, createdAt, registration } = record;
      return createdAt < before ? [{ id, userId, sourceIds, createdAt, registration }] : [];
    });
  };
  return {
    async inventory({ before, after, limit }) {
      const items: InventoryItem[] = [];
      for (let last = after; ; ) {
        const ids = await shelf.ids(last, limit - items.length);
        items.push(...(await itemsOf(ids, before)));
        last = ids.at(-1);
        if (last === undefined || items.length >= limit) return items;
      }
    },
    async existing(ids) {
      const found = await shelf.read(ids, []);
      return ids.filter((_, index) => found[index]);
    },
    async countsOf(userIds, before) {
      const counts = await Promise.all(userIds.map((userId) => shelf.count(userId, before)));
      return userIds
        .map((userId, index) => ({ userId, older: 0, total: 0, ...counts[index] }))
        .filter(({ total }) => total > 0);
    },
    reopen: (ids) => shelf.change(ids, { kind: 'reopened' }),
  };
}

/** A processor's records on a shelf: in Redis, or in the memory of its process. */
export function createShelfRecords(shelf: Shelf, definition: RecordsDefinition): Records {
  const own = new ShelfRecords(shelf, definition);
  return {
    ...eraser(shelf, definition),
    ...inventoryOf(shelf, definition),
    prepare: () => shelf.prepare(),
    ping: () => shelf.ping(),
    find: (id, wanted) => own.find(id, wanted),
    insert: (record) => own.insert(record),
    complete: (record) => own.complete(record),
    byIds: (userId, ids, wanted) => own.byIds(userId, ids, wanted),
    page: (userId, page, wanted) => own.page(userId, page, wanted),
    dueRegistrations: (now, limit) => shelf.due(now, limit),
    markRegistered: ({ id, contentHash }, at) => shelf.change([id], { kind: 'registered', at, contentHash }),
    refuseRegistration: (id, reason) => shelf.change([id], { kind: 'refused', reason }),
    postponeRegistration: (id, dueAt) => shelf.change([id], { kind: 'postponed', dueAt }),
  };
}
