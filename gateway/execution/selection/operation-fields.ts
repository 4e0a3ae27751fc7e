import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Conditions, deferOf, isIncluded } from './conditions.ts';
import { addTo, type DeferredFragment, deferredFragment } from './deferred-fragment.ts';
import { createFieldKeys, type FieldKeys } from './field-keys.ts';

/** Selection sets, each with its parent type. */
export type Selections = readonly { readonly on: GraphQLCompositeType; readonly set: SelectionSetNode }[];

/** Field nodes that are merged under one key, with the field's definition. */
export interface FieldGroup {
  readonly field: GraphQLField<unknown, unknown>;
  /** At least one. All have the same arguments. */
  readonly nodes: readonly FieldNode[];
  /** Empty for a leaf. */
  readonly below: Selections;
  /** The response key in subgraph requests. */
  readonly key: string;
}

/** Fields that the gateway answers itself: `__typename`, and `__schema` or `__type`. */
export type MetaField = 'typename' | 'introspection';

/** The fields of a client's operation, with `@skip` and `@include` evaluated. */
export interface OperationFields {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  readonly rootType: GraphQLObjectType;
  readonly root: Selections;
  /**
   * Fields of an object of this type by response key, in result order (GraphQL's CollectFields).
   * @param deferred gets the deferred fragments, whose fields are not among them
   */
  collect(
    type: GraphQLCompositeType,
    selections: Selections,
    deferred?: DeferredFragment[],
  ): Map<string, FieldGroup | MetaField>;
  /**
   * Fields by the type to fetch them on, and by subgraph key.
   * @param deferred gets the deferred fragments, whose fields are not among them. Default: they are
   */
  collectByHolder(
    type: GraphQLCompositeType,
    selections: Selections,
    deferred?: DeferredFragment[],
  ): Map<GraphQLCompositeType, Map<string, FieldGroup>>;
  /** The introspection fields of the root. */
  introspection(): readonly FieldNode[];
  /** Whether the result depends on the runtime type of the object. */
  isTyped(type: GraphQLCompositeType, selections: Selections): boolean;
}

export const TYPENAME = '__typename';
const isMeta = (name: string): boolean => name.startsWith('__');

const intersection = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> =>
  new Set([...one].filter((each) => other.has(each)));

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

/** @throws TypeError when the type has no such field: the document was not validated */
function definedField(type: GraphQLCompositeType, { name }: FieldNode): GraphQLField<unknown, unknown> {
  const field = fieldOf(type, name.value);
  if (!field) throw new TypeError(`${type.name} has no field ${name.value}`);
  return field;
}

export interface OperationFieldsOptions {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  /** By name. */
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly conditions: Conditions;
  /** Whether `@defer` counts. Default: what it marks is told with the rest. */
  readonly defers?: boolean | undefined;
  /** See `Planner.askedOfAll`. */
  readonly askedOfAll?: ReadonlySet<string> | undefined;
}

/** Called at a fragment with its type. False skips it; the function that it returns is called at its end. */
type Enter = (condition: GraphQLCompositeType) => (() => void) | false;
/** Called for each field, with the type on which the client selects it. */
type Visit = (node: FieldNode, holder: GraphQLCompositeType) => void;

interface Visitor {
  readonly enter: Enter;
  readonly visit: Visit;
  /** Called for each deferred fragment. Absent: its fields are visited. */
  readonly defer?: ((fragment: DeferredFragment) => void) | undefined;
}

const nothing = () => {};

class SelectedFields implements OperationFields {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  readonly rootType: GraphQLObjectType;
  readonly root: Selections;
  readonly #options: OperationFieldsOptions;
  readonly #keys: FieldKeys;

  constructor(options: OperationFieldsOptions) {
    const { schema, definition } = options;
    const rootType = schema.getRootType(definition.operation);
    if (!rootType) throw new TypeError(`The schema has no ${definition.operation}`);
    this.schema = schema;
    this.definition = definition;
    this.rootType = rootType;
    this.root = [{ on: rootType, set: definition.selectionSet }];
    this.#options = options;
    this.#keys = createFieldKeys(schema);
  }

  collect(
    type: GraphQLCompositeType,
    selections: Selections,
    deferred: DeferredFragment[] = [],
  ): Map<string, FieldGroup | MetaField> {
    const groups: Map<string, FieldGroup | MetaField> = new Map();
    const enter: Enter = (condition) => this.#matches(type, condition) && nothing;
    const visit: Visit = (node, holder) => {
      const name = (node.alias ?? node.name).value;
      if (node.name.value === TYPENAME) groups.set(name, 'typename');
      else if (isMeta(node.name.value)) groups.set(name, 'introspection');
      else this.#add(groups, name, type, { node, holder });
    };
    this.#walk(type, selections, { enter, visit, defer: (fragment) => addTo(deferred, fragment) });
    return groups;
  }

  collectByHolder(
    type: GraphQLCompositeType,
    selections: Selections,
    deferred?: DeferredFragment[],
  ): Map<GraphQLCompositeType, Map<string, FieldGroup>> {
    const holders = new Map<GraphQLCompositeType, Map<string, FieldGroup>>();
    const all = this.#possible(type);
    /** The object types that each fragment around leaves. */
    const within: ReadonlySet<GraphQLObjectType>[] = [all];
    const add = (target: GraphQLCompositeType, node: FieldNode, holder: GraphQLCompositeType) => {
      const groups: Map<string, FieldGroup> = holders.get(target) ?? new Map();
      holders.set(target, groups);
      this.#add(groups, this.#keyOf(holder, node), target, { node, holder });
    };
    const enter: Enter = (condition) => {
      const left = intersection(within.at(-1) ?? all, this.#possible(condition));
      if (left.size === 0) return false;
      within.push(left);
      return () => void within.pop();
    };
    const visit: Visit = (node, holder) => {
      if (isMeta(node.name.value)) return;
      const now = this.#widened(node.name.value, within.at(-1) ?? all, all);
      if (now.size === all.size && fieldOf(type, node.name.value)) add(type, node, holder);
      // Apollo's planner fails on a fragment of another abstract type at an interface object.
      else for (const concrete of now) add(concrete, node, holder);
    };
    const defer = deferred && ((fragment: DeferredFragment) => addTo(deferred, fragment));
    this.#walk(type, selections, { enter, visit, defer });
    return holders;
  }

  introspection(): readonly FieldNode[] {
    const found: FieldNode[] = [];
    const enter: Enter = (condition) => this.#matches(this.rootType, condition) && nothing;
    const visit: Visit = (node) => {
      if (isMeta(node.name.value) && node.name.value !== TYPENAME) found.push(node);
    };
    this.#walk(this.rootType, this.root, { enter, visit });
    return found;
  }

  isTyped(type: GraphQLCompositeType, selections: Selections): boolean {
    if (isObjectType(type)) return false;
    let typed = !isInterfaceType(type);
    const enter: Enter = (condition) => {
      typed ||=
        [...this.#possible(type)].some((each) => !this.#matches(each, condition)) || condition !== type;
      return nothing;
    };
    const visit: Visit = (node) => {
      typed ||= node.name.value === TYPENAME;
    };
    this.#walk(type, selections, { enter, visit });
    return typed;
  }

  /** Visits all included fields of selections. */
  #walk(type: GraphQLCompositeType, selections: Selections, visitor: Visitor): void {
    for (const { on, set } of selections) {
      const leave = on === type ? nothing : visitor.enter(on);
      if (!leave) continue;
      this.#walkSet(set, on, visitor);
      leave();
    }
  }

  #walkSet({ selections }: SelectionSetNode, holder: GraphQLCompositeType, visitor: Visitor): void {
    const { conditions, defers } = this.#options;
    for (const node of selections) {
      if (!isIncluded(node, conditions)) continue;
      if (node.kind === Kind.FIELD) {
        visitor.visit(node, holder);
        continue;
      }
      const fragment = this.#fragmentOf(node, holder);
      const leave = fragment && visitor.enter(fragment.type);
      if (!fragment || !leave) continue;
      const { type: on, selectionSet: set } = fragment;
      const defer = defers && visitor.defer ? deferOf(node, conditions) : undefined;
      if (defer) visitor.defer?.(deferredFragment(node, defer, { on, set }));
      else this.#walkSet(set, on, visitor);
      leave();
    }
  }

  /** The type and selections of a fragment. Without a type condition, its type is the parent's. */
  #fragmentOf(node: Exclude<SelectionNode, FieldNode>, around: GraphQLCompositeType) {
    const { fragments } = this.#options;
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    const name = fragment?.typeCondition?.name.value;
    const type = name === undefined ? around : this.schema.getType(name);
    return fragment && isCompositeType(type) ? { type, selectionSet: fragment.selectionSet } : undefined;
  }

  #add(
    groups: Map<string, FieldGroup | MetaField> | Map<string, FieldGroup>,
    name: string,
    type: GraphQLCompositeType,
    { node, holder }: { node: FieldNode; holder: GraphQLCompositeType },
  ): void {
    const known = groups.get(name);
    const { nodes, below } = typeof known === 'object' ? known : { nodes: [], below: [] };
    const on = compositeOf(definedField(holder, node));
    const set = node.selectionSet;
    groups.set(name, {
      field: definedField(type, node),
      nodes: [...nodes, node],
      below: on && set ? [...below, { on, set }] : below,
      key: this.#keyOf(holder, node),
    });
  }

  /** @param holder the type on which the client selects the field */
  #keyOf(holder: GraphQLCompositeType, node: FieldNode): string {
    // Mutation fields run each time they are selected; equal fields of other types share one key.
    const isEachItsOwn = holder === this.rootType && this.definition.operation === 'mutation';
    return isEachItsOwn ? this.#keys.own(node) : this.#keys.shared(definedField(holder, node), node);
  }

  #possible(type: GraphQLCompositeType): ReadonlySet<GraphQLObjectType> {
    return new Set(isObjectType(type) ? [type] : this.schema.getPossibleTypes(type));
  }

  /** Widens the object types on which a field is fetched, where the planner wants it on all types of an interface. */
  #widened(name: string, types: ReadonlySet<GraphQLObjectType>, all: ReadonlySet<GraphQLObjectType>) {
    const { askedOfAll } = this.#options;
    if (!askedOfAll?.size) return types;
    const interfaces = [...types].flatMap((type) => type.getInterfaces());
    const wide = interfaces.filter((each) => askedOfAll.has(`${each.name}.${name}`));
    return new Set([...types, ...wide.flatMap((each) => [...intersection(all, this.#possible(each))])]);
  }

  #matches(type: GraphQLCompositeType, condition: GraphQLCompositeType): boolean {
    if (condition === type) return true;
    return !isObjectType(condition) && !isUnionType(type) && this.schema.isSubType(condition, type);
  }
}

/** @throws TypeError when the schema has no root type for the operation */
export const createOperationFields = (options: OperationFieldsOptions): OperationFields =>
  new SelectedFields(options);

/** A field's named type, when it takes a selection set. */
export function compositeOf(field: GraphQLField<unknown, unknown>): GraphQLCompositeType | undefined {
  const type = getNamedType(field.type);
  return isCompositeType(type) ? type : undefined;
}
