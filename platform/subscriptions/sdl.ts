import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { StartersFault } from '../process/exit.ts';

/** Subgraphs link to this, and compose its directives (`@composeDirective`). */
const SPECIFICATION = '/events/v1.0';
/** On a field of the subscription type: the events that it tells of. */
export const EVENTS = 'events';
/** On what takes part in it: what of an event it stands for. */
export const EVENT = 'event';

/** A subscription is declared wrongly; the message names the place and how to mend it. */
export class DeclarationFault extends StartersFault {
  override readonly name = 'DeclarationFault';
  /** A schema coordinate, e.g. `Subscription.blobChanged(after:)`. */
  readonly coordinate: string;

  constructor(coordinate: string, problem: string) {
    super(`${coordinate}: ${problem}`);
    this.coordinate = coordinate;
  }
}

interface Marked {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

export const directivesOf = ({ directives = [] }: Marked, name: string): readonly ConstDirectiveNode[] =>
  directives.filter((each) => each.name.value === name);

const argumentOf = (directive: ConstDirectiveNode | undefined, name: string) =>
  directive?.arguments?.find((each) => each.name.value === name)?.value;

/** A directive's argument as text; undefined where it is absent or something else. */
export function textOf(directive: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

/** A directive's argument as texts: one is a list of one. Undefined where it is absent. */
export function textsOf(
  directive: ConstDirectiveNode | undefined,
  name: string,
): readonly string[] | undefined {
  const value = argumentOf(directive, name);
  const values = value?.kind === Kind.LIST ? value.values : value ? [value] : undefined;
  return values?.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []));
}

export const isNo = (directive: ConstDirectiveNode, name: string): boolean => {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.BOOLEAN && !value.value;
};

/** A type without its `!` and lists. */
export interface Shape {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isList: boolean;
}

export function shapeOf(type: TypeNode): Shape {
  if (type.kind === Kind.NON_NULL_TYPE) return { ...shapeOf(type.type), isRequired: true };
  if (type.kind === Kind.LIST_TYPE) return { ...shapeOf(type.type), isRequired: false, isList: true };
  return { name: type.name.value, isRequired: false, isList: false };
}

/** The name of a GraphQL field in an event's spelling, e.g. `blob_id` of `blobId`. */
export const memberName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const schemasOf = ({ definitions }: DocumentNode) =>
  definitions.flatMap((each) =>
    each.kind === Kind.SCHEMA_DEFINITION || each.kind === Kind.SCHEMA_EXTENSION ? [each] : [],
  );

/** A supergraph's or a subgraph's SDL, as declarations are read from it. */
export class Sdl {
  readonly #types = new Map<string, TypeDefinitionNode>();
  readonly #document: DocumentNode;

  constructor(document: DocumentNode) {
    this.#document = document;
    for (const each of document.definitions)
      if ('name' in each && each.kind.endsWith('TypeDefinition'))
        this.#types.set(each.name?.value ?? '', each as TypeDefinitionNode);
  }

  get isLinked(): boolean {
    return schemasOf(this.#document).some((schema) =>
      directivesOf(schema, 'link').some((each) => textOf(each, 'url')?.endsWith(SPECIFICATION)),
    );
  }

  get subscription(): ObjectTypeDefinitionNode | undefined {
    const operations = schemasOf(this.#document).flatMap(({ operationTypes = [] }) => operationTypes);
    const named = operations.find(({ operation }) => operation === 'subscription')?.type.name.value;
    const type = this.#types.get(named ?? 'Subscription');
    return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? type : undefined;
  }

  type(name: string): TypeDefinitionNode | undefined {
    return this.#types.get(name);
  }

  /**
   * The subgraph that serves a subscription field; undefined in a subgraph's own SDL. In a supergraph, a field that
   * names no subgraph is in each that has its type.
   */
  graphOf(root: ObjectTypeDefinitionNode, field: FieldDefinitionNode): string | undefined {
    const [own] = directivesOf(field, 'join__field');
    const [ofType] = directivesOf(root, 'join__type');
    return textOf(own, 'graph') ?? textOf(ofType, 'graph');
  }

  /**
   * The field by which a subgraph refers to an entity that others resolve; undefined when it resolves the entity
   * itself, holds other fields of it, or its key has several fields.
   */
  keyOf(entity: ObjectTypeDefinitionNode, graph: string | undefined): string | undefined {
    const ofGraph = (each: ConstDirectiveNode) => textOf(each, 'graph') === graph;
    const keys =
      graph === undefined ? directivesOf(entity, 'key') : directivesOf(entity, 'join__type').filter(ofGraph);
    const [one, other] = keys;
    const key = one && textOf(one, graph === undefined ? 'fields' : 'key');
    if (!one || other || !isNo(one, 'resolvable') || !key || !/^\w+$/.test(key)) return undefined;
    const isHeld = (field: FieldDefinitionNode) => {
      const owners = directivesOf(field, 'join__field');
      return owners.length === 0 || owners.some(ofGraph);
    };
    const held = (entity.fields ?? []).filter((field) => graph === undefined || isHeld(field));
    return held.every(({ name }) => name.value === key) ? key : undefined;
  }
}
