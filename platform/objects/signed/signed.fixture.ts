import { createFileAddresses } from '../../files/address.ts';
import { createHttpServer } from '../../serving/http/http.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { testKeysOf } from '../../testing/identity.ts';
import type { ObjectStore } from '../objects.ts';
import { objectDoor } from './door.ts';
import type { SignedSetUp } from './signed.contract.ts';
import { signedByDoor } from './signed.door.ts';

/** A clock for {@link SignedSetUp}. */
export function settableClock() {
  let set: Date | null = null;
  return {
    clock: { now: () => set ?? new Date() },
    setTime: (now: Date | null) => {
      set = now;
    },
  };
}

/** The door in front of a store, on a port of its own. */
export async function openDoor(objects: ObjectStore): Promise<SignedSetUp> {
  const { clock, setTime } = settableClock();
  const addresses = createFileAddresses({ service: 'test', keys: testKeysOf('test'), clock });
  const app = createHttpServer({ logger: createLogger('silent') });
  objectDoor(app, { objects, addresses });
  const server = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    signed: signedByDoor(addresses),
    objects,
    at: (url) => `${server}${url.replace('/api/v1/files/test', '/files')}`,
    setTime,
    close: async () => {
      await app.close();
      await objects.close();
    },
  };
}
