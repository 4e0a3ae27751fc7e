import { createHash, randomUUID } from 'node:crypto';
import type { KeptBlob } from '../../../platform/clients/state.ts';
import { BlobgraphError, type ErrorCode } from '../../../platform/errors/errors.ts';
import { createFileAddresses } from '../../../platform/files/address.ts';
import { randomIds } from '../../../platform/ids/ids.ts';
import { type ObjectStore, ObjectStoreUnavailable } from '../../../platform/objects/objects.ts';
import { signedByDoor } from '../../../platform/objects/signed/signed.door.ts';
import type { SqlDatabase, SqlServer } from '../../../platform/sql/database.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { testKeysOf } from '../../../platform/testing/identity.ts';
import { openTemporaryObjects } from '../../../platform/testing/objects.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { uploadMigrations } from './migrations.ts';
import type { UploadStore } from './store.ts';
import { createUploadSweeper } from './sweeper.ts';
import { keyOf, type Upload } from './upload.ts';
import { createUploads } from './uploads.ts';

const MIB = 1024 ** 2;
/** The signature of a PNG followed by `rest`. */
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

/** Wraps an object so that calls fail on demand, before or after they took effect. */
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

type Faults = Map<string, 'before' | 'after'>;

/** A state service that keeps blobs in a map by user and idempotency key. */
class FakeState {
  readonly blobs = new Map<
    string,
    { readonly id: string; readonly blob: KeptBlob; readonly userId: string }
  >();
  refusal: ErrorCode | undefined;

  async keep(userId: string, blob: KeptBlob): Promise<string> {
    if (this.refusal) throw new BlobgraphError(this.refusal, `Told ${this.refusal}.`);
    const key = `${userId} ${blob.idempotency_key}`;
    const known = this.blobs.get(key) ?? { id: randomUUID(), blob, userId };
    this.blobs.set(key, known);
    return known.id;
  }
}

/** A clock that only moves by `pass`. */
function steppingClock() {
  let now = Date.now();
  return {
    now: () => new Date(now),
    pass: (minutes: number) => {
      now += minutes * 60_000;
    },
  };
}

interface OpenedStores {
  readonly store: UploadStore;
  readonly objects: ObjectStore;
  readonly state: FakeState;
  readonly clock: Clock;
}

/** Uploads on stores in which the calls named in `faults`, e.g. `store.begin`, fail. */
function faultyUploads({ store, objects, state, clock }: OpenedStores, faults: Faults) {
  const failing = (place: string) => (method: string) => faults.get(`${place}.${method}`);
  const logger = createLogger('silent');
  const keys = testKeysOf('image-processor');
  const shared = {
    store: faulty(store, failing('store'), () => new Error('Killed')),
    objects: faulty(objects, failing('objects'), () => new ObjectStoreUnavailable('cut')),
    clock,
  };
  const uploads = createUploads({
    ...shared,
    state: faulty(state, failing('state'), () => new BlobgraphError('SERVICE_UNAVAILABLE', 'Cut.')),
    signed: signedByDoor(createFileAddresses({ service: 'image-processor', keys, clock })),
    ids: randomIds,
    options: { maxBytes: 25 * MIB, minutes: 60, open: 3, bytesADay: 60 * MIB },
  });
  return { uploads, store: shared.store, sweeper: createUploadSweeper({ ...shared, uploads, logger }) };
}

/** Uploads on their own stores, embedded by default, with a fake state service and injected faults. */
export async function openUploadSet(
  storeIn: (database: SqlDatabase) => UploadStore,
  on: { readonly server?: SqlServer; readonly objects?: ObjectStore } = {},
) {
  const server = on.server ?? (await openTemporaryPglite());
  const database = await server.database('uploads');
  await database.migrate(uploadMigrations);
  const objects = on.objects ?? (await openTemporaryObjects());
  const [clock, state, faults] = [steppingClock(), new FakeState(), new Map() as Faults];
  const opened = faultyUploads({ store: storeIn(database), objects, state, clock }, faults);
  return {
    ...opened,
    clock,
    objects,
    faults,
    blobs: state.blobs,
    refuse: (code: ErrorCode | undefined) => {
      state.refusal = code;
    },
    pass: clock.pass,
    /** Announces a file and stores it, or `arrived` in its place. */
    async sent(userId: string, bytes: Uint8Array, over = {}, arrived: Uint8Array = bytes): Promise<Upload> {
      const { upload } = await opened.uploads.request(userId, announcement(bytes, over));
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
