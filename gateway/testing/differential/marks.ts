import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { directivesOf, fieldSet, fieldsOf } from './sdl.ts';

export interface FieldDefinition {
  readonly field: GraphQLField<unknown, unknown>;
  readonly subgraphs: string[];
  requires?: SelectionSetNode;
}

/** Facts of all subgraphs together; fields are named `Type.field`. */
export interface Marks {
  readonly fields: ReadonlyMap<string, FieldDefinition>;
  readonly solid: ReadonlySet<string>;
  readonly soft: ReadonlySet<string>;
  /** By `subgraph Type`. */
  readonly keys: ReadonlyMap<string, readonly SelectionSetNode[]>;
  readonly entities: ReadonlySet<string>;
  readonly interfaceObjects: ReadonlySet<string>;
  /** Interface to object types, over all subgraphs. */
  readonly implementations: ReadonlyMap<string, ReadonlySet<string>>;
  /** Object type to interfaces, over all subgraphs. */
  readonly interfaces: ReadonlyMap<string, ReadonlySet<string>>;
}

function put<Key>(map: Map<Key, Set<string>>, key: Key, value: string): void {
  const values = map.get(key) ?? new Set();
  map.set(key, values.add(value));
}

/** Adds `Type.field` of all fields of a field set. */
function walk(schema: GraphQLSchema, typeName: string, set: SelectionSetNode, into: Set<string>): void {
  const type = schema.getType(typeName);
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      walk(schema, selection.typeCondition?.name.value ?? typeName, selection.selectionSet, into);
    } else if (selection.kind === Kind.FIELD && (isObjectType(type) || isInterfaceType(type))) {
      const name = selection.name.value;
      into.add(`${typeName}.${name}`);
      const below = type.getFields()[name];
      if (below && selection.selectionSet) {
        walk(schema, getNamedType(below.type).name, selection.selectionSet, into);
      }
    }
  }
}

interface OpenMarks {
  readonly fields: Map<string, FieldDefinition>;
  readonly solid: Set<string>;
  readonly soft: Set<string>;
  readonly overridden: Set<string>;
}

function markFields(subgraph: string, schema: GraphQLSchema, marks: OpenMarks): void {
  for (const [type, field] of fieldsOf(schema)) {
    const directive = (name: string) => field.astNode?.directives?.find((node) => node.name.value === name);
    const place = `${type.name}.${field.name}`;
    if (directive('external') || marks.overridden.has(`${subgraph} ${place}`)) continue;
    const definition = marks.fields.get(place) ?? { field, subgraphs: [] };
    definition.subgraphs.push(subgraph);
    const requires = directive('requires');
    if (requires) {
      definition.requires = fieldSet(requires);
      walk(schema, type.name, definition.requires, marks.soft);
    }
    marks.fields.set(place, definition);
  }
}

/** `subgraph Type.field` of the fields that another subgraph has taken over. */
function findOverridden(subgraphs: ReadonlyMap<string, GraphQLSchema>): Set<string> {
  const found = new Set<string>();
  for (const schema of subgraphs.values()) {
    for (const [type, field] of fieldsOf(schema)) {
      const node = field.astNode?.directives?.find(({ name }) => name.value === 'override');
      const from = node?.arguments?.find(({ name }) => name.value === 'from')?.value;
      if (from?.kind === Kind.STRING) found.add(`${from.value} ${type.name}.${field.name}`);
    }
  }
  return found;
}

export function createMarks(subgraphs: ReadonlyMap<string, GraphQLSchema>): Marks {
  const open = { fields: new Map(), solid: new Set<string>(), soft: new Set<string>() };
  const keys = new Map<string, SelectionSetNode[]>();
  const entities = new Set<string>();
  const interfaceObjects = new Set<string>();
  const implementations = new Map<string, Set<string>>();
  const interfaces = new Map<string, Set<string>>();
  const overridden = findOverridden(subgraphs);
  for (const [subgraph, schema] of subgraphs) {
    markFields(subgraph, schema, { ...open, overridden });
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      const sets = directivesOf(type, 'key').map(fieldSet);
      if (sets.length > 0) entities.add(type.name);
      keys.set(`${subgraph} ${type.name}`, sets);
      for (const set of sets) walk(schema, type.name, set, open.solid);
      if (directivesOf(type, 'interfaceObject').length > 0) interfaceObjects.add(type.name);
      if (!isObjectType(type)) continue;
      for (const { name } of type.getInterfaces()) {
        put(implementations, name, type.name);
        put(interfaces, type.name, name);
      }
    }
  }
  return { ...open, keys, entities, interfaceObjects, implementations, interfaces };
}

/** `subgraph Type.field` of all fields that subgraphs resolve themselves. */
export function resolvablePlaces(subgraphs: ReadonlyMap<string, GraphQLSchema>): string[] {
  const overridden = findOverridden(subgraphs);
  return [...subgraphs].flatMap(([subgraph, schema]) =>
    [...fieldsOf(schema)]
      .filter(([type, { astNode }]) => {
        const isExternal = astNode?.directives?.some(({ name }) => name.value === 'external');
        return isObjectType(type) && !isExternal;
      })
      .map(([type, { name }]) => `${subgraph} ${type.name}.${name}`)
      .filter((place) => !overridden.has(place)),
  );
}

/** `subgraph Type.field` of what is in keys. */
export function keyPlaces(subgraphs: ReadonlyMap<string, GraphQLSchema>): ReadonlySet<string> {
  const { solid } = createMarks(subgraphs);
  return new Set([...subgraphs.keys()].flatMap((name) => [...solid].map((place) => `${name} ${place}`)));
}
