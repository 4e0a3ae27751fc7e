import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { ChildTable, Wanted } from '../records/records.ts';

/** A GraphQL name as documents have it: `expansionRatio` is `expansion_ratio`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The members that a reference to an entry of the index may be made of: `parentBlob` of `parent_blob_id`, `draft` of `draft_blob_id`. */
export const referenceMembers = (name: string): string[] => [
  `${snakeCase(name)}_id`,
  `${snakeCase(name)}_blob_id`,
];

/** The index's type: what refers to one of its entries. */
export const INDEX_TYPE = 'BlobIndex';

/** What of a processor decides which members a field needs. */
export interface DocumentShape {
  /** Members that fields with resolvers of their own need, by `Type.field`. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Lists that are stored row by row. */
  readonly children: Readonly<Record<string, ChildTable>>;
}

interface Walk extends DocumentShape {
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly members: Set<string>;
}

/** Fields that a selection asks of a type, fragments opened. Those that are skipped count: one member too many does no harm. */
function* fieldsOf(
  fragments: Walk['fragments'],
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
): Generator<FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      yield selection;
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    const condition = fragment?.typeCondition?.name.value ?? type.name;
    const applies = condition === type.name || type.getInterfaces().some(({ name }) => name === condition);
    if (fragment && applies) yield* fieldsOf(fragments, type, fragment.selectionSet);
  }
}

/** `at`: where the type stands in the document; null inside members that are read whole. */
function walk(state: Walk, type: GraphQLObjectType, selection: SelectionSetNode, at: string | null): void {
  const { needs, children, fragments, members } = state;
  for (const { name, selectionSet } of fieldsOf(fragments, type, selection)) {
    const field = type.getFields()[name.value];
    if (!field) continue;
    const named = getNamedType(field.type);
    const needed = needs.get(`${type.name}.${name.value}`);
    for (const member of needed ?? []) members.add(member);
    const member = snakeCase(name.value);
    const child = at === '' ? children[member] : undefined;
    if (child) members.add(`${member}.${child.order}`);
    else if (!needed && at !== null) {
      const own = named.name === INDEX_TYPE ? referenceMembers(name.value) : [member];
      for (const each of own) members.add(`${at}${each}`);
    }
    if (!selectionSet || !isObjectType(named) || named.name === INDEX_TYPE) continue;
    const isData = at === '' && member === 'data';
    walk(state, named, selectionSet, isData ? '' : child ? `${member}.` : null);
  }
}

/**
 * The members of a blob's document that an operation asks for, so that a store reads no others: members of `data` and of
 * the document by their names, columns of rows as `chapters.title`.
 */
export function wantedMembers(info: GraphQLResolveInfo, typeName: string, shape: DocumentShape): Wanted {
  const type = info.schema.getType(typeName);
  const members = new Set<string>();
  if (!isObjectType(type)) return members;
  for (const { selectionSet } of info.fieldNodes) {
    if (selectionSet) walk({ ...shape, fragments: info.fragments, members }, type, selectionSet, '');
  }
  return members;
}

/** As {@link wantedMembers}, of a payload's field that holds the blob. */
export function wantedMembersOf(
  field: string,
  info: GraphQLResolveInfo,
  typeName: string,
  shape: DocumentShape,
): Wanted {
  const payload = getNamedType(info.returnType);
  if (!isObjectType(payload)) return new Set();
  const nodes = info.fieldNodes.flatMap(({ selectionSet }) =>
    selectionSet
      ? [...fieldsOf(info.fragments, payload, selectionSet)].filter(({ name }) => name.value === field)
      : [],
  );
  return wantedMembers({ ...info, fieldNodes: nodes }, typeName, shape);
}
