import { createHash, randomUUID } from 'node:crypto';
import type { KeptBlob } from '../../../platform/clients/state.ts';
import { BlobgraphError, type ErrorCode } from '../../../platform/errors.ts';
import { createFileAddresses } from '../../../platform/files/address.ts';
import { randomIds } from '../../../platform/ids.ts';
import { createLogger } from '../../../platform/logger.ts';
import { type ObjectStore, ObjectStoreUnavailable } from '../../../platform/objects/objects.ts';
import { signedByDoor } from '../../../platform/objects/signed/signed.door.ts';
import type { SqlDatabase, SqlServer } from '../../../platform/sql/database.ts';
import { testKeysOf } from '../../../platform/testing/identity.ts';
import { openTemporaryObjects } from '../../../platform/testing/objects.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { uploadMigrations } from './migrations.ts';
import type { UploadStore } from './store.ts';
import { createUploadSweeper } from './sweeper.ts';
import { keyOf, type Upload } from './upload.ts';
import { createUploads } from './uploads.ts';

const MIB = 1024 ** 2;
/** The beginning of a PNG, and what follows of it. */
export const png = (rest: string | Uint8Array = 'x'): Buffer =>
  Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(rest)]);

export const announcement = (bytes: Uint8Array, over: Record<string, unknown> = {}) => ({
  fileName: 'fox.png',
  contentType: 'image/png',
  sizeBytes: bytes.byteLength,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  title: 'A fox',
  idempotencyKey: randomUUID(),
  ...over,
});

/** The part of `of` whose every call fails where `fails` says so: before it, or after it was done. */
function faulty<T extends object>(
  of: T,
  fails: (method: string) => 'before' | 'after' | undefined,
  error: () => Error,
): T {
  return new Proxy(of, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        const when = fails(String(name));
        if (when === 'before') throw error();
        const result = await (member as (...of: unknown[]) => unknown).apply(target, given);
        if (when === 'after') throw error();
        return result;
      };
    },
  });
}

/** Uploads on stores of their own, embedded by default, with state's part played by a map, and faults at will. */
export async function openUploadSet(
  storeIn: (database: SqlDatabase) => UploadStore,
  on: { readonly server?: SqlServer; readonly objects?: ObjectStore } = {},
) {
  const server = on.server ?? (await openTemporaryPglite());
  const database = await server.database('uploads');
  await database.migrate(uploadMigrations);
  const objects = on.objects ?? (await openTemporaryObjects());
  let now = Date.now();
  const clock = { now: () => new Date(now) };
  const blobs = new Map<string, { readonly id: string; readonly blob: KeptBlob; readonly userId: string }>();
  const faults = new Map<string, 'before' | 'after'>();
  let refusal: ErrorCode | undefined;
  const failing = (place: string) => (method: string) => faults.get(`${place}.${method}`);
  const state = faulty(
    {
      async keep(userId: string, blob: KeptBlob) {
        if (refusal) throw new BlobgraphError(refusal, `Told ${refusal}.`);
        const key = `${userId} ${blob.idempotency_key}`;
        const known = blobs.get(key) ?? { id: randomUUID(), blob, userId };
        blobs.set(key, known);
        return known.id;
      },
    },
    failing('state'),
    () => new BlobgraphError('SERVICE_UNAVAILABLE', 'Cut.'),
  );
  const store = faulty<UploadStore>(storeIn(database), failing('store'), () => new Error('Killed'));
  const away = faulty<ObjectStore>(objects, failing('objects'), () => new ObjectStoreUnavailable('cut'));
  const options = { maxBytes: 25 * MIB, minutes: 60, open: 3, bytesADay: 60 * MIB };
  const addresses = createFileAddresses({
    service: 'image-processor',
    keys: testKeysOf('image-processor'),
    clock,
  });
  const signed = signedByDoor(addresses);
  const uploads = createUploads({ store, objects: away, signed, state, clock, ids: randomIds, options });
  const logger = createLogger('silent');
  const sweeper = createUploadSweeper({ store, objects: away, uploads, clock, logger });
  return {
    uploads,
    clock,
    sweeper,
    store,
    objects,
    blobs,
    faults,
    refuse: (code: ErrorCode | undefined) => {
      refusal = code;
    },
    pass: (minutes: number) => {
      now += minutes * 60_000;
    },
    /** Announces a file and has it there, by itself or as others. */
    async sent(userId: string, bytes: Uint8Array, over = {}, arrived: Uint8Array = bytes): Promise<Upload> {
      const { upload } = await uploads.request(userId, announcement(bytes, over));
      await objects.put(keyOf(upload), arrived, { contentType: upload.contentType });
      return upload;
    },
    keys: async () => (await objects.list('', { limit: 1_000 })).map(({ key }) => key),
    async close() {
      await server.close();
      await objects.close();
    },
  };
}
