import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { FieldGroup, MetaField, OperationFields, Selections } from '../selection/operation-fields.ts';

/** The fields of a result object, in order. */
export interface Shape {
  /** The abstract type's where the result does not depend on the type of the object. */
  readonly typeName: string;
  readonly fields: readonly ShapedField[];
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

/** A place in the result where objects are. */
export interface Place {
  /** The shape of an object by its `__typename`; undefined when that type is impossible here. */
  shapeOf(typeName: unknown): Shape | undefined;
  /** The shapes of all types that are possible here. */
  shapes(): Iterable<Shape>;
}

const leaf = (isNonNull: boolean, values: ReadonlySet<unknown> | null = null): LeafCompletion => ({
  kind: 'leaf',
  isNonNull,
  values,
});

function completionOf(operation: OperationFields, type: GraphQLOutputType, group: FieldGroup): Completion {
  const isNonNull = isNonNullType(type);
  const bare = isNonNull ? type.ofType : type;
  if (isListType(bare)) return { kind: 'list', isNonNull, item: completionOf(operation, bare.ofType, group) };
  if (isCompositeType(bare))
    return { kind: 'object', isNonNull, place: createPlace(operation, bare, group.below) };
  return leaf(isNonNull, isEnumType(bare) ? new Set(bare.getValues().map(({ name }) => name)) : null);
}

function shapeOf(operation: OperationFields, type: GraphQLCompositeType, selections: Selections): Shape {
  const groups = [...operation.collect(type, selections)];
  const fields = groups.map(([name, group]): ShapedField => {
    if (typeof group === 'string') return { name, key: name, meta: group, value: leaf(false), field: name };
    const { field, key } = group;
    const value = completionOf(operation, field.type, group);
    return { name, key, meta: null, value, field: `${type.name}.${field.name}` };
  });
  return { typeName: type.name, fields };
}

/** Shapes are built when an object of their type first occurs, and kept. */
export function createPlace(
  operation: OperationFields,
  type: GraphQLCompositeType,
  selections: Selections,
): Place {
  if (isObjectType(type) || !operation.isTyped(type, selections)) {
    let shape: Shape | undefined;
    const only = () => {
      shape ??= shapeOf(operation, type, selections);
      return shape;
    };
    return { shapeOf: only, shapes: () => [only()] };
  }
  const possible = new Map(operation.schema.getPossibleTypes(type).map((each) => [each.name, each]));
  const known = new Map<string, Shape>();
  function of(typeName: string): Shape | undefined {
    const shape = known.get(typeName);
    if (shape) return shape;
    const runtimeType = possible.get(typeName);
    if (!runtimeType) return undefined;
    const made = shapeOf(operation, runtimeType, selections);
    known.set(typeName, made);
    return made;
  }
  return {
    shapeOf: (typeName) => (typeof typeName === 'string' ? of(typeName) : undefined),
    *shapes() {
      for (const name of possible.keys()) {
        const shape = of(name);
        if (shape) yield shape;
      }
    },
  };
}
