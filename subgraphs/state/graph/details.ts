import { type GraphQLNamedType, type GraphQLResolveInfo, getNamedType, type SelectionSetNode } from 'graphql';
import {
  fieldsOf,
  keptByField,
  type Operation,
  objectTypesOf,
} from '../../../platform/serving/graphql/selection.ts';
import type { AnyEntry, Detail } from '../store/records.ts';

const RANK = { brief: 0, listed: 1, whole: 2 } as const satisfies Record<Detail, number>;

/** Whether an entry of which `read` is known has what is `wanted`. */
export const suffices = (read: Detail, wanted: Detail): boolean => RANK[read] >= RANK[wanted];

export const greater = (one: Detail, other: Detail): Detail => (suffices(one, other) ? one : other);

/** How much of an entry was read. */
export const detailOf = (entry: AnyEntry): Detail =>
  'sourceIds' in entry ? 'whole' : 'runs' in entry ? 'listed' : 'brief';

/** Fields of an entry that a brief one has; all others need a listed one. */
const BRIEF: ReadonlySet<string> = new Set([
  '__typename',
  'id',
  'userId',
  'version',
  'processorId',
  'processor',
  'remoteBlobId',
  'type',
  'title',
  'sizeBytes',
  'generation',
  'createdAt',
  'updatedAt',
  'derived',
  'derivedIds',
  'lineage',
  'processing',
  'contentMissingSince',
  'content',
]);

/** Fields of other types that are read from an entry, and need a listed one. */
const LISTED: ReadonlySet<string> = new Set([
  'Book.language',
  'Processing.leftOut',
  'Processing.runs',
  'UserBlob.bookId',
  'UserBlob.chapterNum',
  'UserBlob.conversationId',
]);

function detailOfField(type: string, field: string): Detail {
  if (type !== 'BlobIndex') return LISTED.has(`${type}.${field}`) ? 'listed' : 'brief';
  if (field === 'sources') return 'whole';
  return BRIEF.has(field) ? 'brief' : 'listed';
}

function detailIn(operation: Operation, of: GraphQLNamedType, selection: SelectionSetNode): Detail {
  let detail: Detail = 'brief';
  for (const type of objectTypesOf(operation, of)) {
    for (const { name, selectionSet } of fieldsOf(operation, type, selection)) {
      const field = type.getFields()[name.value];
      if (!field) continue;
      detail = greater(detail, detailOfField(type.name, name.value));
      if (selectionSet) detail = greater(detail, detailIn(operation, getNamedType(field.type), selectionSet));
    }
  }
  return detail;
}

/**
 * How much of entries a field's selection needs: as much as any entry in it, since one may turn up again further in, as
 * the parent of what is derived of it.
 */
export const wantedDetail = keptByField((info: GraphQLResolveInfo): Detail => {
  const type = getNamedType(info.returnType);
  return info.fieldNodes.reduce<Detail>(
    (detail, { selectionSet }) =>
      selectionSet ? greater(detail, detailIn(info, type, selectionSet)) : detail,
    'brief',
  );
});
