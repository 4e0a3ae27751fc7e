import { z } from 'zod';
import { isObject } from '../../json/is-object.ts';
import { below, tokensOf } from '../../json/pointer.ts';
import type { JsonObject } from '../definition.ts';
import type { ValidationError } from '../sentences.ts';

/** The annotation of a definition that says how a document of the version before becomes one of this version. */
export const UPCAST = 'x-upcast';

const MAX_CHANGES = 50;
/** In a pointer: every entry of a list. */
const EACH = '*';

const pointer = z
  .string()
  .max(500)
  .regex(/^(\/([^~]|~[01])*)+$/, 'must be a JSON pointer to a member, e.g. `/metadata/title`')
  .refine((text) => !tokensOf(text).includes('__proto__'), 'must not name `__proto__`');

const changeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('move'), from: pointer, path: pointer }),
  z.strictObject({ op: z.literal('remove'), path: pointer }),
  z.strictObject({ op: z.literal('default'), path: pointer, value: z.json() }),
]);

/**
 * A change of a document. `move` renames a member, or puts it elsewhere; `remove` leaves it out; `default` gives one that
 * is absent. What is not there is left as it is. `*` in a pointer is each entry of a list.
 */
export type DeclaredChange = z.infer<typeof changeSchema>;

/** The way to what a change is about: to each place that it is made at, and on from there. */
function splitAtLists(path: string): { readonly lists: string[]; readonly rest: string[] } {
  const tokens = tokensOf(path);
  const at = tokens.lastIndexOf(EACH) + 1;
  return { lists: tokens.slice(0, at), rest: tokens.slice(at) };
}

function problemOf(change: DeclaredChange): string | null {
  const { lists, rest } = splitAtLists(change.path);
  if (rest.length === 0) return '`path` must name a member, and no entry of a list.';
  if (change.op !== 'move') return null;
  const from = splitAtLists(change.from);
  if (from.rest.length === 0) return '`from` must name a member, and no entry of a list.';
  if (from.lists.join('/') !== lists.join('/'))
    return 'A member stays in its entry of a list: `from` and `path` must begin the same, up to the last `*`.';
  const isInside = rest.length > from.rest.length && from.rest.every((token, index) => token === rest[index]);
  return isInside ? 'A member cannot be moved into itself.' : null;
}

/** Faults of a definition's `x-upcast`, by their places. */
export function upcastProblems({ [UPCAST]: declared }: JsonObject): ValidationError[] {
  if (declared === undefined) return [];
  const at = below('', UPCAST);
  if (!Array.isArray(declared) || declared.length > MAX_CHANGES)
    return [{ pointer: at, message: `\`${UPCAST}\` must be a list of at most ${MAX_CHANGES} changes.` }];
  return declared.flatMap((one: unknown, index): ValidationError[] => {
    const place = below(at, index);
    const parsed = changeSchema.safeParse(one);
    const message = parsed.success
      ? problemOf(parsed.data)
      : 'A change is `{ "op": "move", "from", "path" }`, `{ "op": "remove", "path" }` or `{ "op": "default", "path", "value" }`, with JSON pointers to members.';
    return message === null ? [] : [{ pointer: place, message }];
  });
}

/** The changes of a definition that {@link upcastProblems} finds nothing wrong with. */
export const declaredChanges = ({ [UPCAST]: declared }: JsonObject): readonly DeclaredChange[] =>
  z
    .array(changeSchema)
    .catch([])
    .parse(declared ?? []);

function placesIn(value: unknown, tokens: readonly string[]): unknown[] {
  const [token, ...rest] = tokens;
  if (token === undefined) return [value];
  if (token === EACH) return Array.isArray(value) ? value.flatMap((one) => placesIn(one, rest)) : [];
  return isObject(value) && Object.hasOwn(value, token) ? placesIn(value[token], rest) : [];
}

/** The object that holds the last of the names; made on the way with `make`. */
function holderIn(value: unknown, names: readonly string[], make: boolean): Record<string, unknown> | null {
  let holder = value;
  for (const name of names.slice(0, -1)) {
    if (!isObject(holder)) return null;
    if (make && !Object.hasOwn(holder, name)) holder[name] = {};
    if (!Object.hasOwn(holder, name)) return null;
    holder = holder[name];
  }
  return isObject(holder) ? holder : null;
}

function changeAt(place: unknown, change: DeclaredChange): void {
  const { rest } = splitAtLists(change.path);
  const name = rest.at(-1) ?? '';
  if (change.op === 'remove') {
    const holder = holderIn(place, rest, false);
    if (holder) delete holder[name];
    return;
  }
  if (change.op === 'default') {
    const holder = holderIn(place, rest, true);
    if (holder && !Object.hasOwn(holder, name)) holder[name] = structuredClone(change.value);
    return;
  }
  const names = splitAtLists(change.from).rest;
  const [from, member] = [holderIn(place, names, false), names.at(-1) ?? ''];
  if (!from || !Object.hasOwn(from, member)) return;
  const to = holderIn(place, rest, true);
  // Where a member of another kind is in the way, it stays: the schema says what is wrong then.
  if (!to) return;
  const value = from[member];
  delete from[member];
  to[name] = value;
}

/** Changes a document in place, in their order. */
export function applyChanges(document: unknown, changes: readonly DeclaredChange[]): void {
  for (const change of changes) {
    for (const place of placesIn(document, splitAtLists(change.path).lists)) changeAt(place, change);
  }
}
