import type { FileAddresses } from '../../files/address.ts';
import type { SignedObjects } from './signed.ts';

/** The place of an object in an address. */
export const objectPlace = (key: string) => ['objects', key] as const;

/** Requests to our own door in front of a store, see {@link objectDoor}: its bucket need not be open to browsers. */
export const signedByDoor = (addresses: FileAddresses): SignedObjects => ({
  async put(key, { contentType, sizeBytes, sha256, expiresAt }) {
    const terms = { type: contentType, bytes: String(sizeBytes), sha256 };
    const url = addresses.sign({ method: 'PUT', place: objectPlace(key), terms }, expiresAt);
    return { method: 'PUT', url, headers: { 'content-type': contentType } };
  },
  async get(key, { contentType, fileName, saved = false, expiresAt }) {
    const terms = { type: contentType, name: fileName, ...(saved ? { saved: '1' } : {}) };
    const url = addresses.sign({ method: 'GET', place: objectPlace(key), terms }, expiresAt);
    return { method: 'GET', url, headers: {} };
  },
});
