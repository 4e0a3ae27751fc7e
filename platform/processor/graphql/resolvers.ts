import DataLoader from 'dataloader';
import {
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { groupBy } from '../../collections/group-by.ts';
import { toUserErrors } from '../../errors/errors.ts';
import { type Live, liveField } from '../../events/live-cursor.ts';
import type { Caller } from '../../identity/service/caller.ts';
import { requireViewer } from '../../serving/access/authenticate.ts';
import { keptByField } from '../../serving/graphql/selection.ts';
import type { Execute } from '../commands/command.ts';
import type { BlobDocument, Context, Kit, ProcessorDefinition } from '../kit/kit.ts';
import { envelopeMembers, flatten } from '../records/record.ts';
import type { RecordsDefinition, Wanted } from '../records/records.ts';
import { exportMutation, withExports } from './exports.ts';
import {
  type DocumentShape,
  INDEX_TYPE,
  referenceMembers,
  snakeCase,
  wantedMembers,
  wantedMembersOf,
} from './selection.ts';

interface Key {
  readonly id: string;
  readonly wanted: Wanted;
}

/** Where `data` is kept whole, it is read when anything of it is wanted; else it is all of its members. */
function withWhole({ members, beside = {}, children = {} }: RecordsDefinition, wanted: Wanted): Wanted {
  if (wanted === 'all') return wanted;
  if (members) return wanted.has('data') ? new Set([...wanted, ...Object.keys(members)]) : wanted;
  const isOutside = (name: string) => name in beside || (name.split('.')[0] ?? '') in children;
  const inside = [...wanted].some((name) => !isOutside(name) && !(name in envelopeMembers));
  return inside ? new Set([...wanted, 'data']) : wanted;
}

const names = new WeakMap<Exclude<Wanted, 'all'>, string>();

function nameOf(wanted: Wanted): string {
  if (wanted === 'all') return '*';
  const name = names.get(wanted) ?? [...wanted].toSorted().join();
  names.set(wanted, name);
  return name;
}

const keyOf = ({ id, wanted }: Key): string => `${id} ${nameOf(wanted)}`;

/** A `caller` without a user is refused at the first read. */
export function createContext(kit: Kit, caller: Caller, live: Live): Context {
  const read = async (keys: readonly Key[], wanted: Wanted) => {
    const { userId } = requireViewer(caller);
    const ids = [...new Set(keys.map(({ id }) => id))];
    const found = await kit.reader.byIds(userId, ids, withWhole(kit.definition.records, wanted));
    return [...found].map(
      ([id, one]) => [keyOf({ id, wanted }), one instanceof Error ? one : flatten(one)] as const,
    );
  };
  const loader = new DataLoader<Key, BlobDocument | null, string>(
    async (keys) => {
      // Grouped by members, so that a text that one blob needs is not read for all of them.
      const groups = [...groupBy(keys, ({ wanted }) => nameOf(wanted)).values()];
      const found = await Promise.all(groups.map((group) => read(group, group[0]?.wanted ?? new Set())));
      const documents = new Map<string, BlobDocument | Error>(found.flat());
      return keys.map((key) => documents.get(keyOf(key)) ?? null);
    },
    { cacheKeyFn: keyOf },
  );
  return { ...live, caller, kit, load: (id, wanted) => loader.load({ id, wanted }) };
}

function shapeOf({ resolvers = {}, records }: ProcessorDefinition): DocumentShape {
  const needs = Object.entries(resolvers).flatMap(([type, fields]) =>
    Object.entries(fields).map(([field, { needs: needed }]) => [`${type}.${field}`, needed] as const),
  );
  return { needs: new Map(needs), children: records.children ?? {} };
}

/** A reference to an entry of the index; null where the document has none. */
function reference(name: string): GraphQLFieldResolver<BlobDocument, Context> {
  const members = referenceMembers(name);
  return (document) => {
    const id = members.map((member) => document[member]).find((value) => value != null);
    return id === undefined ? null : { id };
  };
}

const member = (name: string): GraphQLFieldResolver<BlobDocument, Context> => {
  const own = snakeCase(name);
  return (document) => document[own] ?? null;
};

/**
 * Resolves every field of the processor's types to the member of its name, unless the field has a resolver of its own;
 * `liveCursor` to the log's head.
 */
export function resolveMembers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const isOwn =
      isObjectType(type) &&
      !type.name.startsWith('_') &&
      !['Query', 'Mutation', INDEX_TYPE].includes(type.name);
    if (!isOwn) continue;
    for (const field of Object.values(type.getFields())) {
      const isReference = getNamedType(field.type).name === INDEX_TYPE;
      if (field.name === 'liveCursor') field.resolve ??= liveField;
      field.resolve ??= isReference ? reference(field.name) : member(field.name);
    }
  }
}

type MutationResolver = GraphQLFieldResolver<unknown, Context, { input: unknown }>;

function mutation(
  definition: ProcessorDefinition,
  shape: DocumentShape,
  name: string,
  execute: Execute,
): MutationResolver {
  const { payload = 'blob' } = definition.commands?.[name] ?? {};
  return async (_root, { input }, { caller, load }, info: GraphQLResolveInfo) => {
    const { userId } = requireViewer(caller);
    try {
      const { id } = await execute(userId, input);
      if (payload === 'blob') return { blob_id: id, user_errors: [] };
      const wanted = wantedMembersOf(payload, info, definition.makes.type, shape);
      return { [snakeCase(payload)]: await load(id, wanted), user_errors: [] };
    } catch (error) {
      return { user_errors: toUserErrors(error) };
    }
  };
}

/** Resolvers of a processor's types, beside {@link resolveMembers}. */
export function resolversOf(given: ProcessorDefinition, commands: ReadonlyMap<string, Execute>) {
  const definition = withExports(given);
  const { makes, resolvers = {}, exports: exported } = definition;
  const shape = shapeOf(definition);
  const own = Object.entries(resolvers).map(([type, fields]) => [
    type,
    Object.fromEntries(Object.entries(fields).map(([field, { resolve }]) => [field, resolve])),
  ]);
  const mutations: [string, unknown][] = [...commands].map(([name, execute]) => [
    name,
    mutation(definition, shape, name, execute),
  ]);
  if (exported) mutations.push([exported.mutation, exportMutation(definition, exported)]);
  const wantedOf = keptByField((info) => wantedMembers(info, makes.type, shape));
  const byType = Object.fromEntries(own) as Record<string, Record<string, unknown>>;
  return {
    ...byType,
    Blob: { __resolveType: () => makes.type },
    [makes.type]: {
      ...byType[makes.type],
      __resolveReference: ({ id }: { id: string }, { load }: Context, info: GraphQLResolveInfo) =>
        load(id, wantedOf(info)),
    },
    ...(mutations.length > 0
      ? { Mutation: { ...byType['Mutation'], ...Object.fromEntries(mutations) } }
      : {}),
  };
}
