import type { Document, IndexDescription } from 'mongodb';

/** A query as the server gets it. */
export interface Query {
  readonly where: Document;
  /** Default: in any order. */
  readonly sort?: Readonly<Record<string, 1 | -1>>;
}

/** A query's conditions: fields with one value, with one of several, and with a range. */
interface Conditions {
  readonly equal: ReadonlySet<string>;
  readonly oneOf: ReadonlySet<string>;
  readonly ranged: ReadonlySet<string>;
}

const isRange = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && Object.keys(value).some((key) => key.startsWith('$'));

function conditionsOf(where: Document): Conditions {
  const [equal, oneOf, ranged] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const [field, value] of Object.entries(where)) {
    if (field === '$and' || field === '$or') {
      for (const part of value as Document[]) {
        const inner = conditionsOf(part);
        for (const each of [...inner.ranged, ...inner.oneOf]) ranged.add(each);
        // A value of one branch is none of the whole.
        for (const each of inner.equal) (field === '$and' ? equal : ranged).add(each);
      }
    } else if (!isRange(value)) equal.add(field);
    else if ('$in' in value) oneOf.add(field);
    else ranged.add(field);
  }
  return { equal, oneOf, ranged };
}

/**
 * Whether an index gives a query's documents in their order, and no others: equality on its first fields, then the
 * sort, forwards or backwards; ranges are of fields that follow alone. A field with one of several values counts as
 * either: the server merges its stretches in order. Its user is what a source's index need not hold.
 */
export function serves(
  { key, partialFilterExpression = {} }: IndexDescription,
  { where, sort = {} }: Query,
): boolean {
  const { equal, oneOf, ranged } = conditionsOf(where);
  const directions = key as Readonly<Record<string, number>>;
  const fields = Object.keys(directions);
  const sorted = Object.keys(sort).filter((field) => !equal.has(field));
  const prefixed = new Set([...equal, ...[...oneOf].filter((field) => !sorted.includes(field))]);
  const ends = fields.findIndex((field) => !prefixed.has(field));
  const first = ends < 0 ? fields : fields.slice(0, ends);
  const rest = fields.slice(first.length);
  const needed = [...prefixed].filter((field) => field !== 'user_id' || !equal.has('source_ids'));
  const ways = new Set(sorted.map((field) => directions[field] === sort[field]));
  return (
    needed.every((field) => first.includes(field)) &&
    rest.slice(0, sorted.length).join() === sorted.join() &&
    ways.size <= 1 &&
    [...ranged].every((field) => rest.includes(field)) &&
    Object.keys(partialFilterExpression).every(
      (field) => prefixed.has(field) || oneOf.has(field) || ranged.has(field),
    )
  );
}
