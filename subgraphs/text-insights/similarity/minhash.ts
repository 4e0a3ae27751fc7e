/**
 * MinHash (Broder 1997) with bands (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4). The share of equal
 * values in two signatures estimates the Jaccard similarity of the sets. Only texts with a common band are compared; for
 * similarity s that happens with probability 1 - (1 - s^5)^20.
 */
const ROWS = 5;
const BANDS = 20;
export const SIZE = ROWS * BANDS;

/** Mixes 32 bits (MurmurHash3's finalizer). */
function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One seed for each value. They must never change, or stored signatures could not be compared. */
const SEEDS = Uint32Array.from({ length: SIZE }, (_, index) => mixed(Math.imul(index + 1, 0x9e3779b9)));

/** The minimum hash of all shingles for each seed. */
export function signatureOf(shingles: Iterable<number>): Uint32Array {
  const signature = new Uint32Array(SIZE).fill(0xffffffff);
  for (const shingle of shingles) {
    for (let place = 0; place < SIZE; place += 1) {
      const hash = mixed(shingle ^ (SEEDS[place] ?? 0));
      if (hash < (signature[place] ?? 0)) signature[place] = hash;
    }
  }
  return signature;
}

/** The estimated Jaccard similarity of two texts, 0 to 1. */
export function similarity(one: Uint32Array, other: Uint32Array): number {
  let equal = 0;
  for (let place = 0; place < SIZE; place += 1) if (one[place] === other[place]) equal += 1;
  return equal / SIZE;
}

/** A tag for each band, equal for texts that agree in it. Empty without a signature. */
export function bandsOf(signature: Uint32Array | null): string[] {
  if (!signature) return [];
  return Array.from({ length: BANDS }, (_, band) => {
    const rows = signature.subarray(band * ROWS, (band + 1) * ROWS);
    const hash = rows.reduce((sum, row) => mixed(Math.imul(sum, 31) ^ row), band);
    return `${band.toString(36)}${hash.toString(36)}`;
  });
}

/** Encodes as base64, four bytes a value, little-endian. */
export function toText(signature: Uint32Array): string {
  const bytes = Buffer.alloc(4 * SIZE);
  signature.forEach((value, place) => {
    bytes.writeUInt32LE(value, 4 * place);
  });
  return bytes.toString('base64');
}

/** Decodes {@link toText}; null when invalid. */
export function fromText(text: unknown): Uint32Array | null {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : null;
  if (bytes?.length !== 4 * SIZE) return null;
  return Uint32Array.from({ length: SIZE }, (_, place) => bytes.readUInt32LE(4 * place));
}
