import { restName } from './names.ts';
import type { MemberShape, ObjectShape, Shape } from './rest-shape.ts';

type Values = Readonly<Record<string, unknown>>;
export type Json = Record<string, unknown>;

/** Members of a content that are not part of its data. */
const ABOUT_CONTENT: ReadonlySet<string> = new Set(['id', 'graphql_type']);

/** A blob's data: its content's `body` or `data`, else all of its other members; null when it has none. */
function dataOf(content: Json | null): unknown {
  if (content === null) return null;
  if ('body' in content) return content['body'];
  if ('data' in content) return content['data'];
  const own = Object.entries(content).filter(([name]) => !ABOUT_CONTENT.has(name));
  return own.length === 0 ? null : Object.fromEntries(own);
}

function listOf(shape: Shape, values: readonly unknown[]): unknown[] {
  return values.map((value) => jsonOf(shape, value));
}

function jsonOf(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (shape.kind === 'leaf') return value;
  if (shape.kind === 'list') return listOf(shape.item, value as readonly unknown[]);
  return objectOf(shape, value as Values);
}

interface PageInfo {
  readonly hasNextPage?: boolean;
  readonly endCursor?: string | null;
}

/**
 * Writes a Relay connection as a list, with `next_cursor` and its other fields beside it, their names prefixed by
 * `prefix`.
 */
function putPage(into: Json, { name, shape }: MemberShape, page: Values | null, prefix: string): void {
  const members = (shape as ObjectShape).members;
  for (const [key, member] of members) {
    const value = page?.[key];
    if (key === 'nodes') into[name] = page === null ? null : jsonOf(member.shape, value);
    else if (key === 'pageInfo') {
      const { hasNextPage, endCursor } = (value ?? {}) as PageInfo;
      into[`${prefix}next_cursor`] = hasNextPage ? (endCursor ?? null) : null;
    } else if (page !== null && Object.hasOwn(page, key))
      into[`${prefix}${member.name}`] = jsonOf(member.shape, value);
  }
}

/** The type of a mutation's mistakes. */
const USER_ERROR = 'UserError';

/** Only the first name is one of the graph's; those below are names within JSON. */
const fieldInRest = (field: unknown): unknown =>
  typeof field === 'string' ? field.replace(/^[^.]+/, restName) : null;

function objectOf({ members, type }: ObjectShape, value: Values, isRoot = false): Json {
  const json: Json = {};
  for (const [key, member] of members) {
    if (!Object.hasOwn(value, key)) continue;
    if (member.as === 'page')
      putPage(json, member, value[key] as Values | null, isRoot ? '' : `${member.name}_`);
    else if (key === 'field' && type.name === USER_ERROR) json['field'] = fieldInRest(value[key]);
    else {
      const mapped = jsonOf(member.shape, value[key]);
      json[member.name] = member.as === 'data' ? dataOf(mapped as Json | null) : mapped;
    }
  }
  return json;
}

/** An operation's result as REST's JSON: the members of its root, or of a mutation's payload. */
export function answerOf(root: ObjectShape, data: Values, isMutation: boolean): Json {
  if (!isMutation) return objectOf(root, data, true);
  const json: Json = {};
  for (const [key, { shape }] of root.members)
    if (shape.kind === 'object' && data[key]) Object.assign(json, objectOf(shape, data[key] as Values, true));
  delete json['user_errors'];
  return json;
}
