import DataLoader from 'dataloader';
import {
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { toUserErrors } from '../../errors.ts';
import { groupBy } from '../../group-by.ts';
import type { Caller } from '../../identity/service-tokens.ts';
import { requireViewer } from '../../serving/authenticate.ts';
import type { Execute } from '../commands/command.ts';
import type { ProcessorDefinition } from '../define.ts';
import type { Kit } from '../kit.ts';
import { envelopeMembers, flatten } from '../record.ts';
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

/** A blob's document as GraphQL resolves it: the members that were asked for, snake_case, `data` also by itself. */
export type Document = Readonly<Record<string, unknown>>;

/** Shared by the resolvers of one request. */
export interface Context {
  readonly caller: Caller;
  readonly kit: Kit;
  /** The caller's own blobs; those that ask at once for the same members share a query. */
  readonly load: (id: string, wanted: Wanted) => Promise<Document | null>;
}

/** A field that is no member of the document. */
export interface FieldResolver {
  /** Members of the document that it stands on. */
  readonly needs: readonly string[];
  readonly resolve: GraphQLFieldResolver<Document, Context>;
}

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

const nameOf = (wanted: Wanted): string => (wanted === 'all' ? '*' : [...wanted].toSorted().join());
const keyOf = ({ id, wanted }: Key): string => `${id} ${nameOf(wanted)}`;

/** `caller` without a user is refused with the first read. */
export function createContext(kit: Kit, caller: Caller): Context {
  const read = async (keys: readonly Key[], wanted: Wanted) => {
    const { userId } = requireViewer(caller);
    const ids = [...new Set(keys.map(({ id }) => id))];
    const found = await kit.reader.byIds(userId, ids, withWhole(kit.definition.records, wanted));
    return [...found].map(
      ([id, one]) => [keyOf({ id, wanted }), one instanceof Error ? one : flatten(one)] as const,
    );
  };
  const loader = new DataLoader<Key, Document | null, string>(
    async (keys) => {
      // One that wants a text does not have it read of all the others.
      const groups = [...groupBy(keys, ({ wanted }) => nameOf(wanted)).values()];
      const found = await Promise.all(groups.map((group) => read(group, group[0]?.wanted ?? new Set())));
      const documents = new Map<string, Document | Error>(found.flat());
      return keys.map((key) => documents.get(keyOf(key)) ?? null);
    },
    { cacheKeyFn: keyOf },
  );
  return { caller, kit, load: (id, wanted) => loader.load({ id, wanted }) };
}

function shapeOf({ resolvers = {}, records }: ProcessorDefinition): DocumentShape {
  const needs = Object.entries(resolvers).flatMap(([type, fields]) =>
    Object.entries(fields).map(([field, { needs: needed }]) => [`${type}.${field}`, needed] as const),
  );
  return { needs: new Map(needs), children: records.children ?? {} };
}

/** A reference to an entry of the index; null where the document has none. */
function reference(name: string): GraphQLFieldResolver<Document, Context> {
  const members = referenceMembers(name);
  return (document) => {
    const id = members.map((member) => document[member]).find((value) => value != null);
    return id === undefined ? null : { id };
  };
}

const member = (name: string): GraphQLFieldResolver<Document, Context> => {
  const own = snakeCase(name);
  return (document) => document[own] ?? null;
};

/** Gives every field of the processor's types, but those with resolvers of their own, the member that it is called like. */
export function resolveMembers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const isOwn =
      isObjectType(type) &&
      !type.name.startsWith('_') &&
      !['Query', 'Mutation', INDEX_TYPE].includes(type.name);
    if (!isOwn) continue;
    for (const field of Object.values(type.getFields())) {
      const isReference = getNamedType(field.type).name === INDEX_TYPE;
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
  const byType = Object.fromEntries(own) as Record<string, Record<string, unknown>>;
  return {
    ...byType,
    Blob: { __resolveType: () => makes.type },
    [makes.type]: {
      ...byType[makes.type],
      __resolveReference: ({ id }: { id: string }, { load }: Context, info: GraphQLResolveInfo) =>
        load(id, wantedMembers(info, makes.type, shape)),
    },
    ...(mutations.length > 0
      ? { Mutation: { ...byType['Mutation'], ...Object.fromEntries(mutations) } }
      : {}),
  };
}
