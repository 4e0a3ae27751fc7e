import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isObject, type Values } from '../data/values.ts';
import { type Deferral, type Deferrals, pathTo } from '../selection/deferrals.ts';
import type { DeferredFragment } from '../selection/deferred-fragment.ts';
import type { FieldGroup, MetaField, OperationFields, Selections } from '../selection/operation-fields.ts';

/** The fields of a result object, in order. */
export interface Shape {
  /** The abstract type's where the result does not depend on the type of the object. */
  readonly typeName: string;
  readonly fields: readonly ShapedField[];
  /** The parts of the object that are told later. Absent where there are none. */
  readonly deferred?: readonly DeferredShape[];
}

export interface DeferredShape {
  readonly deferral: Deferral;
  /** The object's own place, with the fields that are told later. */
  readonly place: Place;
}

export interface ShapedField {
  /** The response key. */
  readonly name: string;
  /** The response key in subgraph answers. */
  readonly key: string;
  /** Null for a field that subgraphs answer. */
  readonly meta: MetaField | null;
  /** Means nothing for a field that the gateway answers itself. */
  readonly value: Completion;
  /** `Type.field`, for messages. */
  readonly field: string;
}

/** How a value is completed, by its type. */
export type Completion = LeafCompletion | ListCompletion | ObjectCompletion;

interface LeafCompletion {
  readonly kind: 'leaf';
  readonly isNonNull: boolean;
  /** For an enum: its values in the API schema. Otherwise null. */
  readonly values: ReadonlySet<unknown> | null;
}

interface ListCompletion {
  readonly kind: 'list';
  readonly isNonNull: boolean;
  readonly item: Completion;
}

interface ObjectCompletion {
  readonly kind: 'object';
  readonly isNonNull: boolean;
  readonly place: Place;
}

/**
 * Whether an object is of a type that the graph has not got, as when a subgraph answers by a later version of it. No client of
 * this version can have asked for it: it counts as still to come.
 */
export const isOfLaterGraph = ({ isNonNull, place }: ObjectCompletion, value: unknown): boolean =>
  !isNonNull && isObject(value) && place.isUnknown(value['__typename']);

/** A place in the result where objects are. */
export interface Place {
  /** The shape of an object by its `__typename`; undefined when that type is impossible here. */
  shapeOf(typeName: unknown): Shape | undefined;
  /** Whether the graph has no type of that name, as when a subgraph answers by a later version of the graph. */
  isUnknown(typeName: unknown): boolean;
  /** The shapes of all types that are possible here. */
  shapes(): Iterable<Shape>;
  /** Whether the client selects the field of a subgraph key, on any type and in whatever part. */
  asks(key: string | number): boolean;
}

/** An object of which more is told later. */
export interface DeferredObject extends DeferredShape {
  /** As subgraphs answered it. */
  readonly object: Values;
  readonly path: readonly (string | number)[];
}

/** Where a place is in an operation that is told in several parts. */
export interface Within {
  readonly deferrals: Deferrals;
  /** The part that the place is told with. */
  readonly deferral: Deferral;
  /** The keys that lead to it, joined by `.`. */
  readonly path: string;
}

const leaf = (isNonNull: boolean, values: ReadonlySet<unknown> | null = null): LeafCompletion => ({
  kind: 'leaf',
  isNonNull,
  values,
});

const isAmong = (shapes: Iterable<Shape>, key: string | number): boolean =>
  [...shapes].some(({ fields }) => fields.some((field) => field.key === key && field.meta === null));

type Made = readonly [operation: OperationFields, within: Within | undefined];

function completionOf(made: Made, type: GraphQLOutputType, group: FieldGroup): Completion {
  const isNonNull = isNonNullType(type);
  const bare = isNonNull ? type.ofType : type;
  if (isListType(bare)) return { kind: 'list', isNonNull, item: completionOf(made, bare.ofType, group) };
  if (isCompositeType(bare)) {
    const [operation, within] = made;
    const below = within && { ...within, path: pathTo(within.path, group.key) };
    return { kind: 'object', isNonNull, place: createPlace(operation, bare, group.below, below) };
  }
  return leaf(isNonNull, isEnumType(bare) ? new Set(bare.getValues().map(({ name }) => name)) : null);
}

function deferredShape(
  operation: OperationFields,
  type: GraphQLCompositeType,
  fragment: DeferredFragment,
  within: Within,
): DeferredShape {
  const { deferrals, deferral: parent, path } = within;
  const deferral = deferrals.of(parent, path, fragment);
  return { deferral, place: createPlace(operation, type, [fragment], { ...within, deferral }) };
}

function shapeOf([operation, within]: Made, type: GraphQLCompositeType, selections: Selections): Shape {
  const fragments: DeferredFragment[] = [];
  const groups = [...operation.collect(type, selections, fragments)];
  const fields = groups.map(([name, group]): ShapedField => {
    if (typeof group === 'string') return { name, key: name, meta: group, value: leaf(false), field: name };
    const { field, key } = group;
    const value = completionOf([operation, within], field.type, group);
    return { name, key, meta: null, value, field: `${type.name}.${field.name}` };
  });
  const shape = { typeName: type.name, fields };
  if (!within || fragments.length === 0) return shape;
  const deferred = fragments.map((fragment) => deferredShape(operation, type, fragment, within));
  return { ...shape, deferred };
}

/**
 * Shapes are built when an object of their type first occurs, and kept.
 * @param within absent for an operation that is told at once
 */
export function createPlace(
  operation: OperationFields,
  type: GraphQLCompositeType,
  selections: Selections,
  within?: Within,
): Place {
  const made = [operation, within] as const;
  const asksIn = (shapes: () => Iterable<Shape>) => (key: string | number) =>
    within ? within.deferrals.asks(pathTo(within.path, String(key))) : isAmong(shapes(), key);
  if (isObjectType(type) || !operation.isTyped(type, selections)) {
    let shape: Shape | undefined;
    const only = () => {
      shape ??= shapeOf(made, type, selections);
      return shape;
    };
    const shapes = () => [only()];
    return { shapeOf: only, isUnknown: () => false, shapes, asks: asksIn(shapes) };
  }
  const possible = new Map(operation.schema.getPossibleTypes(type).map((each) => [each.name, each]));
  const known = new Map<string, Shape>();
  function of(typeName: string): Shape | undefined {
    const shape = known.get(typeName);
    if (shape) return shape;
    const runtimeType = possible.get(typeName);
    if (!runtimeType) return undefined;
    const found = shapeOf(made, runtimeType, selections);
    known.set(typeName, found);
    return found;
  }
  function* shapes() {
    for (const name of possible.keys()) {
      const shape = of(name);
      if (shape) yield shape;
    }
  }
  const shapeOfType = (typeName: unknown) => (typeof typeName === 'string' ? of(typeName) : undefined);
  const isUnknown = (typeName: unknown) =>
    typeof typeName === 'string' && !operation.schema.getType(typeName);
  return { shapeOf: shapeOfType, isUnknown, shapes, asks: asksIn(shapes) };
}

/** The root of an operation's result. @param deferrals null where all of it is told at once */
export function rootPlace(operation: OperationFields, deferrals: Deferrals | null): Place {
  const { rootType, root } = operation;
  const within = deferrals ? { deferrals, deferral: deferrals.first, path: '' } : undefined;
  return createPlace(operation, rootType, root, within);
}
