import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type TypeNode,
  visit,
} from 'graphql';

/** A field with given arguments, for which a stand-in field is added to the planner's supergraph. */
export interface FieldWithArguments {
  /** The field's own name, not that of its stand-in. */
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
}

export interface SeparatedSupergraph {
  /** The supergraph with the stand-ins, for the planner. */
  readonly document: DocumentNode;
  /** By name of the stand-in. */
  readonly standIns: ReadonlyMap<string, FieldWithArguments>;
  /** Names of the stand-ins that a field requires, by `Type.field`. */
  readonly requiredBy: ReadonlyMap<string, ReadonlySet<string>>;
}

type Holder = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

const isHolder = (node: { readonly kind: Kind }): node is Holder =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function selectionOf(fieldSet: string): SelectionSetNode {
  const definition = parse(`{ ${fieldSet} }`, { noLocation: true }).definitions[0];
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('A field set must be a selection');
  return definition.selectionSet;
}

const textOf = (selection: SelectionSetNode): string =>
  print(selection).replace(/\s+/g, ' ').slice(1, -1).trim();

/** Replaces fields with arguments in `@requires` by stand-ins. */
class Separation {
  readonly standIns = new Map<string, FieldWithArguments>();
  readonly requiredBy = new Map<string, Set<string>>();
  /** By type: the name of each stand-in, and of the field that it stands for. */
  readonly added = new Map<string, Map<string, string>>();
  readonly #holders: ReadonlyMap<string, Holder>;
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(document: DocumentNode) {
    const holders = document.definitions.filter(isHolder);
    this.#holders = new Map(holders.map((holder) => [holder.name.value, holder]));
    this.#taken = new Set(holders.flatMap(({ fields }) => fields?.map(({ name }) => name.value) ?? []));
  }

  directive(place: string, typeName: string, directive: ConstDirectiveNode): ConstDirectiveNode {
    if (directive.name.value !== 'join__field') return directive;
    const given = directive.arguments?.map((argument) => {
      if (argument.name.value !== 'requires' || argument.value.kind !== Kind.STRING) return argument;
      const set = this.#separate(place, typeName, selectionOf(argument.value.value));
      return { ...argument, value: { ...argument.value, value: textOf(set) } };
    });
    return given ? { ...directive, arguments: given } : directive;
  }

  #separate(place: string, typeName: string, set: SelectionSetNode): SelectionSetNode {
    const selections = set.selections.map((node) => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return node;
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value ?? typeName;
        return { ...node, selectionSet: this.#separate(place, condition, node.selectionSet) };
      }
      const definition = this.#fieldOf(typeName, node.name.value);
      if (!definition) return node;
      const below = node.selectionSet
        ? { selectionSet: this.#separate(place, namedType(definition.type), node.selectionSet) }
        : {};
      if (!definition.arguments?.length) return { ...node, ...below };
      const value = this.#standIn(place, typeName, node);
      return { ...node, name: { ...node.name, value }, arguments: [], ...below };
    });
    return { ...set, selections };
  }

  #fieldOf = (typeName: string, name: string): FieldDefinitionNode | undefined =>
    this.#holders.get(typeName)?.fields?.find((field) => field.name.value === name);

  #standIn(place: string, typeName: string, { name, arguments: given = [] }: FieldNode): string {
    const meaning = `${name.value}(${given.map(print).sort().join()})`;
    const known = this.#names.get(meaning) ?? this.#free(name.value);
    this.#names.set(meaning, known);
    this.standIns.set(known, { name: name.value, arguments: given });
    this.requiredBy.set(place, (this.requiredBy.get(place) ?? new Set()).add(known));
    for (const type of [typeName, ...this.#implementing(typeName)]) {
      this.added.set(type, (this.added.get(type) ?? new Map()).set(known, name.value));
    }
    return known;
  }

  #free(name: string): string {
    for (let number = 1; ; number += 1) {
      const candidate = `${name}_with${number}`;
      if (this.#taken.has(candidate)) continue;
      this.#taken.add(candidate);
      return candidate;
    }
  }

  *#implementing(typeName: string): Generator<string> {
    for (const { name, interfaces = [] } of this.#holders.values())
      if (interfaces.some((each) => each.name.value === typeName)) yield name.value;
  }
}

/** A stand-in's definition: the field's, without arguments, in the same subgraphs. */
function standInOf(field: FieldDefinitionNode, name: string): FieldDefinitionNode {
  const directives = field.directives?.filter((each) => each.name.value === 'join__field') ?? [];
  return { kind: field.kind, name: { ...field.name, value: name }, type: field.type, directives };
}

/**
 * Adds a stand-in field to the supergraph for each field with arguments that another field requires. Planners fetch
 * required fields under their plain name, where the values for different arguments, the client's or those of another
 * `@requires`, would collide. Null when no required field has arguments.
 */
export function separateRequiredArguments(document: DocumentNode): SeparatedSupergraph | null {
  const separation = new Separation(document);
  const rewritten = visit(document, {
    enter(node) {
      if (!isHolder(node)) return undefined;
      const fields = node.fields?.map((field) => ({
        ...field,
        directives: field.directives?.map((directive) =>
          separation.directive(`${node.name.value}.${field.name.value}`, node.name.value, directive),
        ),
      }));
      return { ...node, fields };
    },
  }) as DocumentNode;
  const { standIns, requiredBy, added } = separation;
  if (standIns.size === 0) return null;
  const definitions = rewritten.definitions.map((node) => {
    const names = isHolder(node) ? added.get(node.name.value) : undefined;
    if (!isHolder(node) || !names) return node;
    const standing = [...names].flatMap(([standIn, name]) => {
      const field = node.fields?.find((each) => each.name.value === name);
      return field ? [standInOf(field, standIn)] : [];
    });
    return { ...node, fields: [...(node.fields ?? []), ...standing] };
  });
  return { document: { ...rewritten, definitions }, standIns, requiredBy };
}

/** Removes stand-ins from an SDL. */
export function withoutStandIns(sdl: string, { standIns }: Pick<SeparatedSupergraph, 'standIns'>): string {
  const own = visit(parse(sdl, { noLocation: true }), {
    FieldDefinition: ({ name }) => (standIns.has(name.value) ? null : undefined),
  });
  return print(own);
}
