import type { GraphQLFormattedError } from 'graphql';
import { groupBy } from '../../../platform/collections/group-by.ts';
import { below } from '../../../platform/json/pointer.ts';
import type { ObjectShape, Shape } from '../mapping/rest-shape.ts';
import type { OpenRoute } from './open-route.ts';

type Path = readonly (string | number)[];

/** Parts of an answer that are null because they could not be fetched, by processor and reason. */
export interface Unavailable {
  /** Null when unknown. */
  readonly processor: string | null;
  /** A code of the error table. */
  readonly code: string;
  /** The message of the first such error. */
  readonly detail: string;
  /** JSON pointers (RFC 6901) to the first 100 such places in the answer. */
  readonly at: readonly string[];
}

const MAX_PLACES = 100;

function pointerBelow(shape: Shape, path: Path, pointer: string, isRoot: boolean): string {
  const [key, ...rest] = path;
  if (key === undefined || shape.kind === 'leaf') return pointer;
  if (shape.kind === 'list') return pointerBelow(shape.item, rest, below(pointer, key), false);
  const member = shape.members.get(String(key));
  if (!member) return pointer;
  const at = below(pointer, member.name);
  if (member.as === 'data') return at;
  if (member.as !== 'page') return pointerBelow(member.shape, rest, at, false);
  const [part, ...inside] = rest;
  const page = (member.shape as ObjectShape).members.get(String(part));
  if (part === 'nodes' && page) return pointerBelow(page.shape, inside, at, false);
  if (!page) return at;
  return below(
    pointer,
    `${isRoot ? '' : `${member.name}_`}${part === 'pageInfo' ? 'next_cursor' : page.name}`,
  );
}

/** The JSON pointer in the REST answer for a path in the graph's result. */
function pointerOf({ root, isMutation, route: { within = [] } }: OpenRoute, whole: Path): string {
  const path = whole.slice(within.length);
  const [key, ...rest] = path;
  const payload = isMutation ? root.members.get(String(key))?.shape : undefined;
  return payload ? pointerBelow(payload, rest, '', true) : pointerBelow(root, path, '', true);
}

/** The processor of the innermost blob on a path. */
function processorAt(data: unknown, path: Path): string | null {
  let at = data;
  let processor: string | null = null;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) break;
    const { processorId } = at as { readonly processorId?: unknown };
    if (typeof processorId === 'string') processor = processorId;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return processor;
}

/** Groups the errors of a partial answer by processor and code. */
export function unavailableOf(
  open: OpenRoute,
  data: unknown,
  errors: readonly GraphQLFormattedError[],
): readonly Unavailable[] {
  const failures = errors.map(({ message, path = [], extensions = {} }) => {
    const { service, code } = extensions;
    const processor = typeof service === 'string' ? service : processorAt(data, path);
    return { processor, code: String(code), detail: message, at: pointerOf(open, path) };
  });
  const groups = groupBy(failures, ({ processor, code }) => JSON.stringify([processor, code]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const places = [...new Set(group.map(({ at }) => at))].slice(0, MAX_PLACES);
    return first ? [{ ...first, at: places }] : [];
  });
}
