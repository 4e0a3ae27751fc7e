import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { path } from '../../platform/ids/service-path.ts';
import { keysOf } from '../../platform/objects/objects.contract.fixture.ts';
import type { ObjectStore } from '../../platform/objects/objects.ts';
import { blobObject } from '../../platform/processor/records/blob-objects.ts';
import { newRecord } from '../../platform/processor/records/records.contract.fixture.ts';
import { processorService } from '../../platform/processor/service.ts';
import type { SqlDatabase, SqlServer } from '../../platform/sql/database.ts';
import { objectRecordsIn } from '../../platform/testing/records.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import processor from './processor.ts';
import { imageAssets } from './records.fixture.ts';
import { originalKey } from './uploads/original.ts';

const ASSETS = `query ($of: [_Any!]!) {
  _entities(representations: $of) {
    ... on ImageAsset { id width sizeBytes pages hasAlpha renditions { name url } original { url fileName } }
  }
}`;

interface Assets {
  readonly _entities: readonly ({
    readonly id: string;
    readonly renditions: readonly { readonly name: string; readonly url: string }[];
    readonly original: { readonly url: string };
  } | null)[];
}

export interface Stores {
  readonly server: SqlServer;
  readonly objects: ObjectStore;
  close(): Promise<void>;
}

/** Stored pictures: reads by the gateway, the index and other services. */
export function assetsContract(open: () => Promise<Stores>): void {
  let stores: Stores;
  let sql: SqlDatabase;
  let service: TestService;
  beforeAll(async () => {
    stores = await open();
    sql = await stores.server.database('image_processor');
    service = await startTestService(processorService(processor), {
      sql: (name) => (name === 'image_processor' ? Promise.resolve(sql) : stores.server.database(name)),
      objects: async () => stores.objects,
    });
  });
  afterAll(async () => {
    await service?.stop();
    await stores?.close();
  });

  async function store(userId: string) {
    const { objects } = stores;
    const records = objectRecordsIn(processor.records, { sql, objects });
    const webp = blobObject(Buffer.from(`webp of ${userId}`), 'image/webp');
    const sample = imageAssets.sample(1);
    const data = { ...sample.data, renditions: [{ ...imageAssets.rendition, sha256: webp.sha256 }] };
    const record = newRecord(userId, { ...sample, data, objects: [webp] });
    await records.insert(record);
    const body = Buffer.from(`original of ${userId}`);
    await objects.put(originalKey(userId, imageAssets.original), body, { contentType: 'image/jpeg' });
    return record.id;
  }

  const assets = async (ids: readonly string[], userId = 'alice') => {
    const of = ids.map((id) => ({ __typename: 'ImageAsset', id }));
    const { data, errors } = await service.graphql<Assets>(ASSETS, { of }, { viewer: viewer(userId) });
    expect(errors).toBeUndefined();
    return data?._entities ?? [];
  };
  /** Reads from a signed address, as the gateway does. */
  const at = async (url: string) => {
    const path = url.replace('/api/v1/files/image-processor', '/files');
    const [place = ''] = path.split('?');
    const headers = await service.headers({ viewer: null }, { method: 'GET', path: place });
    const answer = await fetch(`${service.url}${path}`, { headers });
    return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
  };

  it('many are resolved by one query, those of other users as missing', async () => {
    const own = await Promise.all(Array.from({ length: 20 }, () => store('alice')));
    const foreign = await store('bob');
    const queries = vi.spyOn(sql, 'query');
    const found = await assets([...own, foreign, 'nothing']);
    // Only this query: background work queries the database too.
    const asked = queries.mock.calls.filter(([text]) => /FROM "image_assets" WHERE user_id/.test(text));
    expect(asked).toHaveLength(1);
    queries.mockRestore();
    expect(found.map((one) => one?.id ?? null)).toEqual([...own, null, null]);
    expect(found[0]).toMatchObject({ width: 4_000, sizeBytes: 1_234_567, pages: 1, hasAlpha: false });
  });

  it('their files are at signed addresses until they are deleted', async () => {
    const id = await store('alice');
    const [one] = await assets([id]);
    const [rendition] = one?.renditions ?? [];
    const original = one?.original.url ?? '';
    expect(await at(rendition?.url ?? '')).toEqual({
      status: 200,
      text: 'webp of alice',
      type: 'image/webp',
    });
    expect(await at(original)).toEqual({ status: 200, text: 'original of alice', type: 'image/jpeg' });
    const altered = (rendition?.url ?? '').replace('thumbnail-webp', 'original');
    expect((await at(altered)).status).toBe(403);

    const caller = { service: 'state', viewer: viewer('bob') };
    await service.rest('POST', '/blobs/delete', { caller, body: { ids: [id] } });
    expect((await at(rendition?.url ?? '')).status).toBe(200);
    await service.rest('POST', '/blobs/delete', {
      caller: { ...caller, viewer: viewer('alice') },
      body: { ids: [id] },
    });
    expect((await at(rendition?.url ?? '')).status).toBe(404);
    expect((await keysOf(stores.objects, 'blobs')).filter((key) => key.includes(id))).toEqual([]);
  });

  describe('REST', () => {
    it('serves a file by name, only to its owner', async () => {
      const id = await store('carol');
      const read = (name: string, userId: string) =>
        service.rest<unknown>('GET', path`/blobs/${id}/artifacts/${name}`, {
          caller: { viewer: viewer(userId) },
        });
      expect(await read('thumbnail-webp', 'carol')).toMatchObject({ status: 200, body: 'webp of carol' });
      expect(await read('original', 'carol')).toMatchObject({ status: 200, body: 'original of carol' });
      expect((await read('thumbnail-webp', 'alice')).status).toBe(404);
      for (const name of ['640-webp', 'thumbnail-avif', '__proto__', '..%2Foriginal'])
        expect((await read(name, 'carol')).status).toBe(404);
    });
  });

  it('erasing a user deletes renditions and originals', async () => {
    await store('dave');
    await store('dave');
    const others = (await keysOf(stores.objects, '')).length;
    const caller = { service: 'state', viewer: viewer('dave') };
    const answer = await service.rest('DELETE', '/users/dave/blobs', { caller });
    expect(answer.body).toEqual({ deleted: 2, more: false });
    expect(await keysOf(stores.objects, '')).toHaveLength(others - 3);
  });
}
