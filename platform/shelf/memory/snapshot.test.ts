import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { NewRecord } from '../../processor/records/record.ts';
import { newRecord, newUser } from '../../processor/records/records.contract.fixture.ts';
import { createShelfRecords } from '../../processor/records/shelf/records.shelf.ts';
import { tagged } from '../../processor/records/shelf/tagged.fixture.ts';
import { createTags } from '../../processor/records/shelf/tags.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createMemoryShelf, type MemoryShelfOptions } from './shelf.memory.ts';

let file: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-shelf-'));
  file = join(folder, 'records');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function open(over: Partial<MemoryShelfOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger('warn', { write: (line) => void lines.push(line) });
  const shelf = createMemoryShelf({
    file,
    maxBytes: 2 ** 24,
    ttlMs: 86_400_000,
    writeAfterMs: 5,
    logger,
    ...over,
  });
  const records = createShelfRecords(shelf, tagged);
  await records.prepare();
  return { shelf, records, lines, tags: createTags(shelf, tagged) };
}

const made = (words: string, over: Partial<NewRecord> = {}, userId = newUser()) =>
  newRecord(userId, { data: { words }, beside: {} }, over);

describe('records in memory', () => {
  it('are there after a restart, as they were, also what the index knows of them', async () => {
    const before = await open();
    const user = newUser();
    const [one, two] = [made('sea', {}, user), made('sea', {}, user)];
    await before.records.insert(one);
    await before.records.insert(two);
    await before.records.markRegistered(one, new Date());
    const stored = await before.records.find(one.id, 'all');
    await before.shelf.close();
    const after = await open();
    expect(await after.records.find(one.id, 'all')).toEqual(stored);
    expect(await after.records.dueRegistrations(new Date(), 10)).toEqual([two.id]);
    expect(stored && (await after.tags.sharing(stored, 10))).toEqual([two.id]);
    await after.shelf.close();
  });

  it('are written soon after they change, whole or not at all', async () => {
    const { records, shelf } = await open();
    const one = made('sea');
    await records.insert(one);
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain(one.id);
    await shelf.close();
    expect((await readdir(join(file, '..'))).filter((name) => name.endsWith('.draft'))).toEqual([]);
  });

  it('that are erased do not come back from a snapshot of before, also after a kill', async () => {
    const before = await open({ writeAfterMs: 3_600_000 });
    const [gone, kept] = [made('sea'), made('land')];
    await before.records.insert(gone);
    await before.records.insert(kept);
    await before.shelf.close();
    const running = await open({ writeAfterMs: 3_600_000 });
    await running.records.erase(gone.userId, [gone.id]);
    // What a kill would leave at this moment.
    const left = `${file}-left`;
    for (const end of ['', '.erased']) await copyFile(`${file}${end}`, `${left}${end}`);
    await running.shelf.close();
    const after = await open({ file: left });
    expect(await after.records.find(gone.id, 'all')).toBeNull();
    expect(await after.records.find(kept.id, 'all')).not.toBeNull();
    await after.shelf.close();
  });

  it.each(['not json\n', '"blobgraph-shelf-0"\n{}\n', '"blobgraph-shelf-1"\n{"id":"a","entry":{"userId"'])(
    'in a damaged snapshot (%j) are as none, and it is said',
    async (text) => {
      await writeFile(file, text);
      const { records, shelf, lines } = await open();
      expect(await records.inventory({ before: new Date('2030-01-01'), limit: 10 })).toEqual([]);
      expect(lines.join('')).toContain('a snapshot is damaged');
      await records.insert(made('sea'));
      await shelf.close();
    },
  );

  it('take no more than they may: those that were not read for longest go, with their tags', async () => {
    const { records, shelf, tags } = await open({ maxBytes: 200_000 });
    const user = newUser();
    const all = Array.from({ length: 60 }, () => made(`sea ${randomBytes(1_500).toString('hex')}`, {}, user));
    for (const one of all) {
      await records.insert(one);
      // It is read, so it stays.
      await records.find(all[0]?.id ?? '', new Set());
    }
    const there = await records.existing(all.map(({ id }) => id));
    expect(there.length).toBeLessThan(60);
    expect(there).toContain(all[0]?.id);
    expect(there).toContain(all.at(-1)?.id);
    const first = await records.find(all[0]?.id ?? '', 'all');
    expect(first && new Set(await tags.sharing(first, 100))).toEqual(new Set(there.slice(1)));
    await expect(records.insert(made('x'.repeat(200_000)))).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
    await shelf.close();
  });

  it('go when their time is over, also while the process was away', async () => {
    const { records, shelf } = await open({ ttlMs: 50 });
    const one = made('sea');
    await records.insert(one);
    await shelf.close();
    const later = await open({ ttlMs: 50 });
    await expect.poll(() => later.records.find(one.id, new Set())).toBeNull();
    expect(await later.records.inventory({ before: new Date('2030-01-01'), limit: 10 })).toEqual([]);
    await later.shelf.close();
  });

  it('are one process’s', async () => {
    const { shelf } = await open();
    await expect(open()).rejects.toThrow(/held by process/);
    await shelf.close();
    await (await open()).shelf.close();
  });
});
