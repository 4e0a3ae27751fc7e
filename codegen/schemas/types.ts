import { isObject } from '../../platform/json/is-object.ts';
import { definitionsOf, type JsonObject, referenced } from '../../platform/json-schema/definition.ts';

/** Deeper than any definition that is allowed. */
const INDENT = '  ';

/** `expanded-text-v1` is `ExpandedTextV1`. */
const typeName = (id: string): string =>
  id.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The type of one version, e.g. `ExpandedTextV1_2_1_0`. */
export const versionTypeName = (id: string, version: string): string =>
  `${typeName(id)}_${version.replaceAll('.', '_')}`;

const memberName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

const either = (types: readonly string[], by: ' | ' | ' & '): string => {
  const all = [...new Set(types)];
  const parts = all.length > 1 ? all.map((type) => (/ [|&] /.test(type) ? `(${type})` : type)) : all;
  return parts.join(by);
};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function comment({ description }: JsonObject, indent: string): string {
  if (typeof description !== 'string') return '';
  return `${indent}/** ${description.replaceAll('*/', '* /')} */\n`;
}

/** Writes schemas as types. Members that a schema does not name are left out of its type, whatever it says of them. */
class TypeWriter {
  readonly #definitions: JsonObject;

  constructor(definition: JsonObject) {
    this.#definitions = definitionsOf(definition);
  }

  typeOf(schema: unknown, indent = ''): string {
    if (!isObject(schema)) return schema === false ? 'never' : 'unknown';
    const name = referenced(schema);
    const parts = [
      ...(name === undefined ? [] : [this.typeOf(this.#definitions[name], indent)]),
      ...this.#own(schema, indent),
      ...listOf(schema['allOf']).map((one) => this.typeOf(one, indent)),
      ...['anyOf', 'oneOf'].flatMap((keyword) => this.#forms(schema[keyword], indent)),
    ].filter((type) => type !== 'unknown');
    return parts.length === 0 ? 'unknown' : either(parts, ' & ');
  }

  #forms(forms: unknown, indent: string): string[] {
    const types = listOf(forms).map((one) => this.typeOf(one, indent));
    // Forms that only say more of what stands beside them.
    return types.length === 0 || types.includes('unknown') ? [] : [either(types, ' | ')];
  }

  #own(schema: JsonObject, indent: string): string[] {
    if (Object.hasOwn(schema, 'const')) return [JSON.stringify(schema['const'])];
    if (Array.isArray(schema['enum']))
      return [
        either(
          schema['enum'].map((value) => JSON.stringify(value)),
          ' | ',
        ),
      ];
    const types = [schema['type'] ?? (schema['properties'] ? 'object' : [])].flat();
    return types.length === 0
      ? []
      : [
          either(
            types.map((type) => this.#ofType(String(type), schema, indent)),
            ' | ',
          ),
        ];
  }

  #ofType(type: string, schema: JsonObject, indent: string): string {
    if (type === 'integer') return 'number';
    if (type === 'array') return this.#array(schema, indent);
    return type === 'object' ? this.#object(schema, indent) : type;
  }

  #array({ items }: JsonObject, indent: string): string {
    const type = this.typeOf(items, indent);
    return `readonly ${/ [|&] /.test(type) && !type.startsWith('{') ? `(${type})` : type}[]`;
  }

  #object(schema: JsonObject, indent: string): string {
    const { properties, required, additionalProperties } = schema;
    if (!isObject(properties))
      return `Readonly<Record<string, ${this.typeOf(additionalProperties, indent)}>>`;
    const inner = `${indent}${INDENT}`;
    const members = Object.entries(properties).map(([name, one]) => {
      const optional = listOf(required).includes(name) ? '' : '?';
      const text = isObject(one) ? comment(one, inner) : '';
      return `${text}${inner}readonly ${memberName(name)}${optional}: ${this.typeOf(one, inner)};\n`;
    });
    return `{\n${members.join('')}${indent}}`;
  }
}

/** The type of one version's documents, with its documentation. */
export function typeOfVersion(id: string, version: string, definition: JsonObject): string {
  const type = new TypeWriter(definition).typeOf(definition);
  const { description = id } = definition;
  return `/** ${String(description).replaceAll('*/', '* /')} Version ${version}. */\nexport type ${versionTypeName(id, version)} = ${type};\n`;
}

/** The newest version's type under the schema's own name. */
export const newestType = (id: string, version: string): string =>
  `/** The newest version of \`${id}\`. */\nexport type ${typeName(id)} = ${versionTypeName(id, version)};\n`;
