import {
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { fieldsOf, type Operation, objectTypesOf } from '../../serving/graphql/selection.ts';
import type { ChildTable, Wanted } from '../records/records.ts';

/** A GraphQL name as documents have it: `expansionRatio` is `expansion_ratio`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The members that a reference to an entry of the index may be made of: `parentBlob` of `parent_blob_id`, `draft` of `draft_blob_id`. */
export const referenceMembers = (name: string): string[] => [
  `${snakeCase(name)}_id`,
  `${snakeCase(name)}_blob_id`,
];

/** The index's type, which references point to. */
export const INDEX_TYPE = 'BlobIndex';

/** The part of a processor that decides which members a field needs. */
export interface DocumentShape {
  /** Members that fields with resolvers of their own need, by `Type.field`. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Lists that are stored row by row. */
  readonly children: Readonly<Record<string, ChildTable>>;
}

interface Walk extends DocumentShape {
  readonly operation: Operation;
  readonly members: Set<string>;
}

/** `at`: where the type stands in the document; null inside members that are read whole. */
function walk(state: Walk, type: GraphQLObjectType, selection: SelectionSetNode, at: string | null): void {
  const { needs, children, operation, members } = state;
  for (const { name, selectionSet } of fieldsOf(operation, type, selection)) {
    const field = type.getFields()[name.value];
    if (!field) continue;
    const named = getNamedType(field.type);
    const needed = needs.get(`${type.name}.${name.value}`);
    for (const member of needed ?? []) members.add(member);
    const member = snakeCase(name.value);
    const child = at === '' ? children[member] : undefined;
    const isOpenedData = at === '' && member === 'data' && selectionSet !== undefined;
    if (child) members.add(`${member}.${child.order}`);
    else if (!needed && at !== null && !isOpenedData) {
      const own = named.name === INDEX_TYPE ? referenceMembers(name.value) : [member];
      for (const each of own) members.add(`${at}${each}`);
    }
    if (!selectionSet || named.name === INDEX_TYPE) continue;
    const inside = isOpenedData ? '' : child ? `${member}.` : null;
    for (const each of objectTypesOf(operation, named)) walk(state, each, selectionSet, inside);
  }
}

/**
 * The members of a blob's document that an operation asks for, so that a store reads no others: members of `data` and of
 * the document by their names, columns of rows as `chapters.title`, and `data` where all of it is asked for at once.
 */
export function wantedMembers(info: GraphQLResolveInfo, typeName: string, shape: DocumentShape): Wanted {
  const type = info.schema.getType(typeName);
  const members = new Set<string>();
  if (!isObjectType(type)) return members;
  for (const { selectionSet } of info.fieldNodes) {
    if (selectionSet) walk({ ...shape, operation: info, members }, type, selectionSet, '');
  }
  return members;
}

/** As {@link wantedMembers}, for the payload's field that holds the blob. */
export function wantedMembersOf(
  field: string,
  info: GraphQLResolveInfo,
  typeName: string,
  shape: DocumentShape,
): Wanted {
  const payload = getNamedType(info.returnType);
  if (!isObjectType(payload)) return new Set();
  const nodes = info.fieldNodes.flatMap(({ selectionSet }) =>
    selectionSet ? [...fieldsOf(info, payload, selectionSet)].filter(({ name }) => name.value === field) : [],
  );
  return wantedMembers({ ...info, fieldNodes: nodes }, typeName, shape);
}
