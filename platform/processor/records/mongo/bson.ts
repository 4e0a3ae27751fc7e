import { Binary } from 'mongodb';

/** Names that MongoDB or its driver (7) give a meaning of their own, refuse, or take for paths. */
const isOwnName = (name: string): boolean =>
  name === '' || name === '_bsontype' || name === '__proto__' || name.startsWith('$') || name.includes('.');

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, member]) => !isOwnName(name) && isPlain(member));
}

/** A value of JSON as BSON keeps it: as its text, where BSON would change or refuse a name in it. */
export const toBson = (value: unknown): unknown =>
  isPlain(value) ? value : new Binary(Buffer.from(JSON.stringify(value)));

/** The value of JSON again. */
export const fromBson = (value: unknown): unknown =>
  value instanceof Binary ? JSON.parse(Buffer.from(value.value()).toString()) : value;
