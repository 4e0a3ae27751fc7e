import {
  type DirectiveNode,
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
import { createFieldKeys, type FieldKeys } from './field-keys.ts';

/** Values of the variables on which `@skip` and `@include` depend. */
export type Conditions = ReadonlyMap<string, boolean>;

/** Selection sets, each with the type that it was written for. */
export type Selections = readonly { readonly on: GraphQLCompositeType; readonly set: SelectionSetNode }[];

/** Fields that are asked for at one place under one name, and the definition of the field that they mean. */
export interface FieldGroup {
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: readonly FieldNode[];
  readonly below: Selections;
  /** Under which the answer of a subgraph has it. */
  readonly key: string;
}

/** Fields that every type has: the gateway answers them itself. */
export type MetaField = 'typename' | 'introspection';

/** A client's operation for given conditions: what is asked for where. */
export interface OperationFields {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  readonly rootType: GraphQLObjectType;
  readonly root: Selections;
  /** Fields of an object of this type by response key, in the order of the answer, as GraphQL's CollectFields. */
  collect(type: GraphQLCompositeType, selections: Selections): Map<string, FieldGroup | MetaField>;
  /** Fields at a place by the type that has them, none of them conditional any more. */
  collectByHolder(
    type: GraphQLCompositeType,
    selections: Selections,
  ): Map<GraphQLCompositeType, Map<string, FieldGroup>>;
  /** Fields of the root that ask for the schema itself. */
  introspection(): readonly FieldNode[];
  /** Whether the answer depends on the runtime type of what is at the place. */
  isTyped(type: GraphQLCompositeType, selections: Selections): boolean;
}

export const TYPENAME = '__typename';
const isMeta = (name: string): boolean => name.startsWith('__');

const intersection = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> =>
  new Set([...one].filter((each) => other.has(each)));

/** Whether `@skip` and `@include` leave the node in. */
function isIncluded({ directives = [] }: { directives?: readonly DirectiveNode[] }, conditions: Conditions) {
  for (const { name, arguments: given } of directives) {
    const wanted = name.value === 'include' ? true : name.value === 'skip' ? false : undefined;
    if (wanted === undefined) continue;
    const value = given?.[0]?.value;
    const found =
      value?.kind === Kind.VARIABLE
        ? conditions.get(value.name.value)
        : value?.kind === Kind.BOOLEAN && value.value;
    if ((found ?? false) !== wanted) return false;
  }
  return true;
}

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

/** @throws TypeError when there is none: the document was not validated */
function definedField(type: GraphQLCompositeType, { name }: FieldNode): GraphQLField<unknown, unknown> {
  const field = fieldOf(type, name.value);
  if (!field) throw new TypeError(`${type.name} has no field ${name.value}`);
  return field;
}

/** @throws TypeError when the schema has no such kind of operation */
export function createOperationFields(deps: {
  schema: GraphQLSchema;
  definition: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  conditions: Conditions;
  /** Of the planner. */
  askedOfAll?: ReadonlySet<string> | undefined;
}): OperationFields {
  const { schema, definition, fragments, conditions, askedOfAll } = deps;
  const rootType = schema.getRootType(definition.operation);
  if (!rootType) throw new TypeError(`The schema has no ${definition.operation}`);
  const root: Selections = [{ on: rootType, set: definition.selectionSet }];
  const nothing = () => {};
  const keys: FieldKeys = createFieldKeys(schema);
  // Fields of mutations do something each time they are named; all others are asked for once.
  const isEachItsOwn = (type: GraphQLCompositeType) =>
    type === rootType && definition.operation === 'mutation';

  /** `holder`: the type on which the client asks for the field. */
  const keyOf = (holder: GraphQLCompositeType, node: FieldNode) =>
    isEachItsOwn(holder) ? keys.own(node) : keys.shared(definedField(holder, node), node);

  /** The type and selections of a fragment that is included; of one without a condition, the type around it. */
  function fragmentOf(node: Exclude<SelectionNode, FieldNode>, around: GraphQLCompositeType) {
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    const name = fragment?.typeCondition?.name.value;
    const type = name === undefined ? around : schema.getType(name);
    return fragment && isCompositeType(type) ? { type, selectionSet: fragment.selectionSet } : undefined;
  }

  /** All fields of selections that are included, with the type on which each is asked for. */
  function walk(
    type: GraphQLCompositeType,
    selections: Selections,
    enter: (type: GraphQLCompositeType) => (() => void) | false,
    visit: (node: FieldNode, holder: GraphQLCompositeType) => void,
  ): void {
    const each = (selectionSet: SelectionSetNode, holder: GraphQLCompositeType): void => {
      for (const node of selectionSet.selections) {
        if (!isIncluded(node, conditions)) continue;
        if (node.kind === Kind.FIELD) {
          visit(node, holder);
          continue;
        }
        const fragment = fragmentOf(node, holder);
        const leave = fragment && enter(fragment.type);
        if (!fragment || !leave) continue;
        each(fragment.selectionSet, fragment.type);
        leave();
      }
    };
    for (const { on, set } of selections) {
      const leave = on === type ? nothing : enter(on);
      if (!leave) continue;
      each(set, on);
      leave();
    }
  }

  const possible = (type: GraphQLCompositeType): ReadonlySet<GraphQLObjectType> =>
    new Set(isObjectType(type) ? [type] : schema.getPossibleTypes(type));

  /** The types that a field is asked of in place of those that the client names. */
  function widened(name: string, types: ReadonlySet<GraphQLObjectType>, all: ReadonlySet<GraphQLObjectType>) {
    if (!askedOfAll?.size) return types;
    const interfaces = [...types].flatMap((type) => type.getInterfaces());
    const wide = interfaces.filter((each) => askedOfAll.has(`${each.name}.${name}`));
    return new Set([...types, ...wide.flatMap((each) => [...intersection(all, possible(each))])]);
  }

  const matches = (type: GraphQLCompositeType, condition: GraphQLCompositeType): boolean =>
    condition === type ||
    (!isObjectType(condition) && !isUnionType(type) && schema.isSubType(condition, type));

  function add(
    groups: Map<string, FieldGroup | MetaField>,
    name: string,
    type: GraphQLCompositeType,
    { node, holder }: { node: FieldNode; holder: GraphQLCompositeType },
  ) {
    const known = groups.get(name);
    const { nodes, below } = typeof known === 'object' ? known : { nodes: [], below: [] };
    const on = compositeOf(definedField(holder, node));
    const set = node.selectionSet;
    groups.set(name, {
      field: definedField(type, node),
      nodes: [...nodes, node],
      below: on && set ? [...below, { on, set }] : below,
      key: keyOf(holder, node),
    });
  }

  return {
    schema,
    definition,
    rootType,
    root,
    collect(type, selections) {
      const groups = new Map<string, FieldGroup | MetaField>();
      walk(
        type,
        selections,
        (condition) => matches(type, condition) && nothing,
        (node, holder) => {
          const name = (node.alias ?? node.name).value;
          if (node.name.value === TYPENAME) groups.set(name, 'typename');
          else if (isMeta(node.name.value)) groups.set(name, 'introspection');
          else add(groups, name, type, { node, holder });
        },
      );
      return groups;
    },
    collectByHolder(type, selections) {
      const holders = new Map<GraphQLCompositeType, Map<string, FieldGroup>>();
      const all = possible(type);
      const within: ReadonlySet<GraphQLObjectType>[] = [all];
      const addTo = (type: GraphQLCompositeType, node: FieldNode, holder: GraphQLCompositeType) => {
        const groups = holders.get(type) ?? new Map<string, FieldGroup>();
        holders.set(type, groups);
        add(groups, keyOf(holder, node), type, { node, holder });
      };
      walk(
        type,
        selections,
        (condition) => {
          const left = intersection(within.at(-1) ?? all, possible(condition));
          if (left.size === 0) return false;
          within.push(left);
          return () => void within.pop();
        },
        (node, holder) => {
          if (isMeta(node.name.value)) return;
          const now = widened(node.name.value, within.at(-1) ?? all, all);
          if (now.size === all.size && fieldOf(type, node.name.value)) addTo(type, node, holder);
          // Apollo's planner fails on a fragment of another abstract type where an interface object is.
          else for (const concrete of now) addTo(concrete, node, holder);
        },
      );
      return holders;
    },
    introspection() {
      const found: FieldNode[] = [];
      walk(
        rootType,
        root,
        (condition) => matches(rootType, condition) && nothing,
        (node) => {
          if (isMeta(node.name.value) && node.name.value !== TYPENAME) found.push(node);
        },
      );
      return found;
    },
    isTyped(type, selections) {
      if (isObjectType(type)) return false;
      let typed = !isInterfaceType(type);
      walk(
        type,
        selections,
        (condition) => {
          typed ||= [...possible(type)].some((each) => !matches(each, condition)) || condition !== type;
          return nothing;
        },
        (node) => {
          typed ||= node.name.value === TYPENAME;
        },
      );
      return typed;
    },
  };
}

/** The type below a field that has selections. */
export function compositeOf(field: GraphQLField<unknown, unknown>): GraphQLCompositeType | undefined {
  const type = getNamedType(field.type);
  return isCompositeType(type) ? type : undefined;
}
