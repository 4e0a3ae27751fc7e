import { readdir, readFile } from 'node:fs/promises';
import { projectFile } from '../../platform/process/paths.ts';

/** The parts of a JSON Schema that determine its smallest document. */
export interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly items?: SchemaPart;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly anyOf?: readonly SchemaPart[];
  readonly oneOf?: readonly SchemaPart[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaPart>>;
  readonly 'x-blob-type'?: string;
}

/** The newest version of a schema that the project ships. */
export async function schemaOf(id: string): Promise<SchemaPart> {
  const versions = (await readdir(projectFile('schemas', id))).toSorted((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  );
  return JSON.parse(await readFile(projectFile('schemas', id, versions.at(-1) ?? ''), 'utf8')) as SchemaPart;
}

function textOf({ pattern, format, minLength = 0 }: SchemaPart, text: string): string {
  if (format === 'date-time') return '2026-01-31T12:00:00Z';
  if (format === 'uuid') return '00000000-0000-4000-8000-000000000001';
  const hex = pattern && /\[0-9a-f\]\{(\d+)\}/.exec(pattern);
  const given = hex ? 'a'.repeat(Number(hex[1])) : text.padEnd(minLength, '.');
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(given))
    throw new Error(`No sample fits ${pattern}: give the schema an example`);
  return given;
}

/**
 * A smallest document of a schema, or its first example. `text`: value of strings.
 * @throws Error for a pattern that needs an example
 */
export function sampleOf(schema: SchemaPart, text: string, whole: SchemaPart = schema): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.$ref) return sampleOf(whole.$defs?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}, text, whole);
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice && !schema.type) return sampleOf(choice, text, whole);
  const type = [schema.type ?? 'object'].flat()[0];
  if (type === 'string') return textOf(schema, text);
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  if (type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, text, whole));
  const { required = [], properties = {} } = schema;
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, text, whole)]));
}
