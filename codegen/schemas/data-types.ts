import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLObjectType,
  type GraphQLType,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { isObject } from '../../platform/json/is-object.ts';
import { definitionsOf, type JsonObject, referenced } from '../../platform/json-schema/definition.ts';
import { StartersFault } from '../../platform/process/exit.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { INDEX_TYPE, referenceMembers, snakeCase } from '../../platform/processor/graphql/selection.ts';
import { envelopeMembers } from '../../platform/processor/records/record.ts';
import { readShippedSchemas } from '../../subgraphs/schemas/catalog/shipped.ts';
import type { SubgraphSdl } from '../graph.ts';
import type { ProcessorValue } from '../processors.ts';
import { parseDocument } from '../project.ts';

/** The JSON types that a scalar of GraphQL can show; scalars that are not listed show anything. */
const scalarTypes: Readonly<Record<string, readonly string[]>> = {
  Int: ['integer'],
  BigInt: ['integer'],
  Float: ['number', 'integer'],
  Boolean: ['boolean'],
  String: ['string'],
  ID: ['string'],
  DateTime: ['string'],
};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A schema's description of a value, its references and parts taken together. */
interface Described {
  readonly types: readonly string[] | null;
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  readonly items: unknown;
  readonly values: readonly unknown[] | null;
}

class Schemas {
  readonly #definitions: JsonObject;

  constructor(definition: JsonObject) {
    this.#definitions = definitionsOf(definition);
  }

  #parts(schema: unknown): JsonObject[] {
    if (!isObject(schema)) return [];
    const name = referenced(schema);
    const further = [...(name === undefined ? [] : [this.#definitions[name]]), ...listOf(schema['allOf'])];
    return [schema, ...further.flatMap((one) => this.#parts(one))];
  }

  /** Forms that a value may have: only one that is the same for all of them, beside null, is looked into. */
  describe(schema: unknown): Described {
    const parts = this.#parts(schema);
    const forms = parts
      .flatMap(({ anyOf, oneOf }) => listOf(anyOf ?? oneOf))
      .map((one) => this.describe(one));
    const own = parts.flatMap(({ type, const: one, enum: listed }) => {
      if (type !== undefined) return [[type].flat().map(String)];
      const values = one === undefined ? listed : [one];
      return Array.isArray(values) ? [[...new Set(values.map(typeOfValue))]] : [];
    });
    const ofForms =
      forms.length > 0 && forms.every(({ types }) => types)
        ? forms.flatMap(({ types }) => types ?? [])
        : null;
    const all = [...own, ...(ofForms ? [ofForms] : [])];
    const [first] = all;
    return {
      types: first?.filter((type) => all.every((types) => types.includes(type))) ?? null,
      properties: new Map([
        ...forms.flatMap(({ properties }) => [...properties]),
        ...parts.flatMap(({ properties }) => Object.entries(isObject(properties) ? properties : {})),
      ]),
      required: new Set(parts.flatMap(({ required }) => listOf(required).map(String))),
      items:
        parts.find(({ items }) => items !== undefined)?.['items'] ?? forms.find(({ items }) => items)?.items,
      values: parts.map(({ enum: listed }) => listed).find((listed) => Array.isArray(listed)) ?? null,
    };
  }
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Compares the GraphQL type of what a processor makes with its schema. */
class Checker {
  readonly #processor: ProcessorValue;
  readonly #schemas: Schemas;
  readonly #seen = new Set<string>();
  readonly faults: string[] = [];

  constructor(processor: ProcessorValue, definition: JsonObject) {
    this.#processor = processor;
    this.#schemas = new Schemas(definition);
  }

  /** `outside`: members that the object has beside those of the schema. */
  checkObject(type: GraphQLObjectType, schema: unknown, outside: ReadonlySet<string> = new Set()): void {
    const { properties, required } = this.#schemas.describe(schema);
    if (this.#seen.has(type.name)) return;
    this.#seen.add(type.name);
    for (const { name, type: of } of Object.values(type.getFields())) {
      const at = `${type.name}.${name}`;
      if (this.#processor.resolvers[type.name]?.[name] !== undefined) continue;
      const named = getNullableType(of);
      const isReference = isObjectType(named) && named.name === INDEX_TYPE;
      const members = isReference ? referenceMembers(name) : [snakeCase(name)];
      if (members.some((member) => outside.has(member))) continue;
      const member = members.find((one) => properties.has(one));
      if (member === undefined) {
        this.#fault(at, `there is no member \`${members.join('` or `')}\``);
        continue;
      }
      if (!isReference) this.#checkValue(of, properties.get(member), required.has(member), at);
    }
  }

  #fault(at: string, what: string): void {
    const { schema, schemaVersion } = this.#processor.makes;
    this.faults.push(
      `${at}: in ${schema} ${schemaVersion} ${what}. Mend the SDL or add a version of the schema; a field that is no member has a resolver.`,
    );
  }

  #checkValue(of: GraphQLType, schema: unknown, isThere: boolean, at: string): void {
    const { types, items, values } = this.#schemas.describe(schema);
    if (isNonNullType(of)) {
      if (!isThere) this.#fault(at, 'the member may be absent, so that the field must be nullable');
      if (types?.includes('null'))
        this.#fault(at, 'the member may be null, so that the field must be nullable');
    }
    const type = getNullableType(of);
    const given = types?.filter((one) => one !== 'null') ?? null;
    const fits = (...allowed: readonly string[]) => given?.every((one) => allowed.includes(one)) ?? false;
    const told = given?.join(' or ') ?? 'of any type';
    if (isListType(type)) {
      if (!fits('array')) this.#fault(at, `the member is ${told}, and the field is a list`);
      else this.#checkValue(type.ofType, items, true, `${at}[]`);
    } else if (isObjectType(type)) {
      if (!fits('object')) this.#fault(at, `the member is ${told}, and the field is an object`);
      else this.checkObject(type, schema);
    } else if (isEnumType(type)) {
      const unknown = values?.find((value) => value !== null && !type.getValue(String(value)));
      if (!values || unknown !== undefined)
        this.#fault(
          at,
          values ? `the member may be ${JSON.stringify(unknown)}` : 'the member is not an `enum`',
        );
    } else if (isScalarType(type)) {
      const allowed = scalarTypes[type.name];
      if (allowed && !fits(...allowed)) this.#fault(at, `the member is ${told}, and the field ${type.name}`);
    }
  }
}

/** Members of a blob's document that are not of its data. */
const outsideOf = ({ records, exports: exported }: ProcessorValue): ReadonlySet<string> =>
  new Set([
    ...Object.keys(envelopeMembers),
    ...Object.keys(records.beside),
    ...Object.keys(records.children),
    ...(exported ? [snakeCase(exported.field)] : []),
    'data',
    'parent_blob_id',
    'live_cursor',
  ]);

/** Where what a processor keeps and its schema name different members. */
function recordFaults({ id, makes, records }: ProcessorValue, definition: JsonObject): string[] {
  const { members } = records;
  if (!members) return [];
  const { properties } = new Schemas(definition).describe(definition);
  const told = (name: string, what: string) =>
    `${id}, \`records.members\`: ${what} \`${name}\` of ${makes.schema} ${makes.schemaVersion}.`;
  return [
    // Of the envelope, whatever the schema says of it.
    ...Object.keys(members)
      .filter((name) => !properties.has(name) && members[name] !== 'envelope')
      .map((name) => told(name, 'there is no member')),
    ...[...properties.keys()]
      .filter((name) => !Object.hasOwn(members, name))
      .map((name) => told(name, 'it leaves out')),
  ];
}

/** Where the GraphQL type and the records of what a processor makes differ from its schema; one sentence each. */
export function dataTypeFaults(
  { sdlFile, sdl }: Pick<SubgraphSdl, 'sdlFile' | 'sdl'>,
  processor: ProcessorValue,
  definition: JsonObject,
): string[] {
  const { makes } = processor;
  const type = buildSubgraphSchema(parseDocument(sdlFile, sdl)).getType(makes.type);
  if (!isObjectType(type)) return [`${sdlFile}: there is no type ${makes.type}, which \`makes\` names.`];
  const checker = new Checker(processor, definition);
  checker.checkObject(type, definition, outsideOf(processor));
  const data = type.getFields()['data'];
  const inner = data && getNullableType(data.type);
  if (isObjectType(inner)) checker.checkObject(inner, definition);
  return [...checker.faults, ...recordFaults(processor, definition)];
}

/**
 * Holds the GraphQL types of what processors make to the schemas that they make it by.
 * @throws StartersFault with each place that differs
 */
export function assertDataTypes(
  subgraphs: readonly SubgraphSdl[],
  processors: readonly ProcessorValue[],
): void {
  const schemas = readShippedSchemas(projectFile('schemas'));
  const faults = processors.flatMap((processor) => {
    const { schema, schemaVersion } = processor.makes;
    const subgraph = subgraphs.find(({ name }) => name === processor.id);
    const found = schemas.find(({ id, version }) => id === schema && version === schemaVersion);
    if (!subgraph) return [];
    if (!found)
      return [`${processor.id}: there is no schemas/${schema}/${schemaVersion}.json, which \`makes\` names.`];
    return dataTypeFaults(subgraph, processor, found.definition);
  });
  if (faults.length > 0) throw new StartersFault(faults.join('\n'));
}
