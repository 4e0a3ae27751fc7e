import { createFileAddresses, endOf, type FileAddresses } from '../../files/address.ts';
import type { ServiceKeys } from '../../identity/keys/service-keys.ts';
import { signedByDoor } from '../../objects/signed/signed.door.ts';
import type { SignedObjects } from '../../objects/signed/signed.ts';
import type { Clock } from '../../time/clock.ts';

/** Shortest validity of an address; the longest is twice that. */
const ADDRESS_SECONDS = 3_600;

/** Addresses of a processor's files. Whoever has one may read that file of that blob, without a token, until it ends. */
export interface Files {
  /**
   * The address of an artifact, from the gateway's root on: good for an hour at least, the same for all who ask within
   * that hour, and nothing once the blob is deleted. For the blob's owner alone: ask for it where the blob was read in
   * their name. Does no I/O; what is not made yet is made when it is read.
   * @param options.saved a browser saves it even where it could show it; default: false
   */
  address(blobId: string, artifact: string, options?: { readonly saved?: boolean }): string;
  /** Signs requests for objects of the processor's own place, for an upload for one. */
  readonly objects: SignedObjects;
  /** Signs those that lead to S3 itself; null where all lead to the gateway. */
  readonly direct: SignedObjects | null;
  /** Signs and verifies the processor's own addresses. */
  readonly addresses: FileAddresses;
}

/** The place of an artifact in an address. */
export const artifactPlace = (blobId: string, artifact: string) => ['artifacts', blobId, artifact] as const;

/** @param deps.keys the processor's own; `direct`: default, there is none */
export function createFiles(deps: {
  readonly service: string;
  readonly keys: ServiceKeys;
  readonly clock: Clock;
  readonly direct?: SignedObjects | null;
}): Files {
  const { direct = null } = deps;
  const addresses = createFileAddresses(deps);
  return {
    addresses,
    direct,
    objects: direct ?? signedByDoor(addresses),
    address(blobId, artifact, { saved = false } = {}) {
      const place = artifactPlace(blobId, artifact);
      const terms = saved ? { saved: '1' } : {};
      return addresses.sign({ method: 'GET', place, terms }, endOf(deps.clock.now(), ADDRESS_SECONDS));
    },
  };
}
