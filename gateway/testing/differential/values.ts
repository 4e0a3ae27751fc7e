import {
  type FieldNode,
  GraphQLError,
  type GraphQLOutputType,
  getArgumentValues,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { FederatedGraph, FieldFacts } from './federated-graph.ts';
import { createRandom, hash, type Random } from './random.ts';

/**
 * A set of test data. Each value depends only on the seed, the object's key, the field and its arguments, so that all
 * subgraphs and the merged schema agree without storing any.
 */
export interface World {
  readonly seed: string;
  /** The probability, 0 to 1, that a value fails, a non-null value is null, or an entity is gone. */
  readonly faults: number;
  /** Mutations in the order in which they ran. Their answers depend on earlier ones. */
  readonly journal: string[];
}

/** An object of the test data; `Type:anything` is its key. */
export interface Item {
  readonly key: string;
  readonly __typename: string;
  /** The representation by which another subgraph requested it. */
  readonly representation?: Readonly<Record<string, unknown>>;
  /** External fields that the field above provides. */
  readonly provided?: SelectionSetNode;
}

/** Entities of each type: few, so that they occur at several places. */
const ENTITIES = 5;
/** Subgraphs that may lack entities to which others refer. */
const forgetful: ReadonlySet<string> = new Set(['extras']);
const NULLS = 0.12;

const typeOf = (key: string): string => key.slice(0, key.indexOf(':'));
export const itemOf = (key: string): Item => ({ key, __typename: typeOf(key) });
export const entitiesOf = (typeName: string): string[] =>
  Array.from({ length: ENTITIES }, (_, index) => `${typeName}:${index}`);

/** Whether the subgraphs that resolve a field lack the entity. */
export function isGone(world: World, key: string, subgraphs: readonly string[]): boolean {
  return (
    subgraphs.every((name) => forgetful.has(name)) &&
    hash(`${world.seed} gone ${key}`) / 2 ** 32 < world.faults
  );
}

const texts = ['plain', 'with "quotes"', 'a\\b', 'línea', 'two\nlines', '😀', '', '</script>', '__proto__'];

function randomJson(random: Random, depth = 0): unknown {
  const kind = random.below(depth > 2 ? 4 : 6);
  if (kind === 0) return random.pick(texts);
  if (kind === 1) return random.below(1000) / 8;
  if (kind === 2) return random.chance(0.5);
  if (kind === 3) return null;
  const values = Array.from({ length: random.below(4) }, () => randomJson(random, depth + 1));
  if (kind === 4) return values;
  const names = ['a', '__proto__', '__typename', 'id', 'constructor'];
  return Object.fromEntries(values.map((value) => [random.pick(names), value]));
}

function leaf(type: GraphQLOutputType, random: Random): unknown {
  const named = getNamedType(type);
  if (isEnumType(named)) return random.pick(named.getValues()).name;
  if (named.name === 'Int') return random.below(1000) - 200;
  if (named.name === 'Float') return random.below(1000) / 4;
  if (named.name === 'Boolean') return random.chance(0.5);
  if (named.name === 'JSON') return randomJson(random);
  return `${random.pick(texts)} ${random.below(1000)}`;
}

function solidValue({ field, possible }: FieldFacts, key: string, graph: FederatedGraph): unknown {
  const named = getNamedType(field.type);
  if (named.name === 'Int') return hash(key) % 1000;
  if (isLeafType(named)) return `${field.name}/"${key}"`;
  const typeName = possible(named.name)[0] ?? named.name;
  return itemOf(graph.isEntity(typeName) ? `${typeName}:${hash(key) % ENTITIES}` : `${typeName}:${key}`);
}

export interface Data {
  /**
   * The value of a field: leaves, items, lists of them, errors within lists.
   * @throws GraphQLError when it fails in this world
   */
  value(world: World, key: string, facts: FieldFacts, args: object, required?: string): unknown;
  /** An entity's representation, by a key or by `@requires`. */
  represent(world: World, key: string, set: SelectionSetNode): string;
}

/** How to read fields of objects that are selected by a field set. */
interface Reader<Value> {
  typename(value: Value): string;
  /** The value that answers a field. */
  field(value: Value, node: FieldNode): unknown;
}

/** JSON of the selected fields, in the order of the field set. */
export function select<Value>(value: unknown, set: SelectionSetNode, reader: Reader<Value>): string {
  const read = (value: unknown, set: SelectionSetNode | undefined): unknown => {
    if (value === null || value === undefined || !set) return value;
    if (Array.isArray(value)) return value.map((item) => read(item, set));
    return set.selections.flatMap((selection): unknown[] => {
      if (selection.kind === Kind.FIELD) {
        return [selection.name.value, read(reader.field(value as Value, selection), selection.selectionSet)];
      }
      if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
      const wanted = selection.typeCondition?.name.value;
      return wanted === reader.typename(value as Value) ? [read(value, selection.selectionSet)] : [];
    });
  };
  return JSON.stringify(read(value, set));
}

export function createData(graph: FederatedGraph): Data {
  function draw(type: GraphQLOutputType, facts: FieldFacts, random: Random, faults: number): unknown {
    if (isNonNullType(type)) {
      return random.chance(faults) ? null : present(type.ofType, facts, random, faults);
    }
    return random.chance(NULLS) ? null : present(type, facts, random, faults);
  }

  function present(type: GraphQLOutputType, facts: FieldFacts, random: Random, faults: number): unknown {
    if (isListType(type)) {
      return Array.from({ length: random.below(4) }, () =>
        random.chance(faults / 2) ? new GraphQLError('boom item') : draw(type.ofType, facts, random, faults),
      );
    }
    if (isLeafType(type)) return leaf(type, random);
    const typeName = random.pick(facts.possible(getNamedType(type).name));
    return itemOf(`${typeName}:${random.below(graph.isEntity(typeName) ? ENTITIES : 2 ** 30)}`);
  }

  const data: Data = {
    value(world, key, facts, args, required = '') {
      if (facts.solid) return solidValue(facts, key, graph);
      const { field, soft } = facts;
      const place = `${key}.${field.name}(${JSON.stringify(args)})`;
      if (key === 'Mutation:') world.journal.push(place);
      const past = key === 'Mutation:' ? world.journal.join() : '';
      const random = createRandom(`${world.seed} ${place} ${required} ${past}`);
      const faults = soft ? 0 : world.faults;
      if (random.chance(faults)) {
        throw new GraphQLError(`boom ${place}`, { extensions: { code: 'BOOM' } });
      }
      return draw(field.type, facts, random, faults);
    },
    represent(world, key, set) {
      return select<Item>(itemOf(key), set, {
        typename: (item) => item.__typename,
        field(item, node) {
          const facts = graph.facts(item.__typename, node.name.value);
          return data.value(world, item.key, facts, getArgumentValues(facts.field, node));
        },
      });
    },
  };
  return data;
}
