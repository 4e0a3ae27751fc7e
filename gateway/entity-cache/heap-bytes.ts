import { isObject } from '../execution/data/values.ts';

/** As V8 takes them on 64 bits, rounded up: an object or array with its header, a member with its share of the map. */
const OBJECT_BYTES = 64;
const MEMBER_BYTES = 16;
/** Beside its characters, which may take two bytes each. */
const STRING_BYTES = 24;
const NUMBER_BYTES = 16;

/** Bytes of the heap that parsed JSON takes, by estimate; at least as many in the usual case. */
export function heapBytes(value: unknown): number {
  if (typeof value === 'string') return STRING_BYTES + 2 * value.length;
  if (!isObject(value)) return NUMBER_BYTES;
  let bytes = OBJECT_BYTES;
  if (Array.isArray(value)) for (const item of value) bytes += MEMBER_BYTES + heapBytes(item);
  else for (const name in value) bytes += MEMBER_BYTES + heapBytes(value[name]);
  return bytes;
}
