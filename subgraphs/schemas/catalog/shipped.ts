import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDefinition, type JsonObject } from '../../../platform/json-schema/validator.ts';
import { isVersion } from '../../../platform/json-schema/versions/versions.ts';
import { StartersFault } from '../../../platform/process/exit.ts';
import { isSchemaId, type Schema } from './schema.ts';

function readDefinition(path: string): JsonObject {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
  } catch (error) {
    throw new StartersFault(`${path}: ${(error as Error).message}`);
  }
}

function readSchema(folder: string, id: string, file: string): Schema {
  const path = join(folder, id, file);
  const version = file.replace(/\.json$/, '');
  if (!isSchemaId(id))
    throw new StartersFault(`${path}: name the folder by the schema's id, e.g. text-input-v1`);
  if (!isVersion(version)) throw new StartersFault(`${path}: name the file by its version, e.g. 1.0.0.json`);
  return { id, version, definition: readDefinition(path), createdAt: null, withdrawnAt: null };
}

/** The definitions of a schema; its upcasters and samples are in folders beside them. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/**
 * Reads the shipped schemas: `<folder>/<id>/<version>.json`.
 * @throws StartersFault with the invalid file and the reason
 */
export function readShippedSchemas(folder: string): Schema[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => filesOf(join(folder, name)).map((file) => readSchema(folder, name, file)));
}

/**
 * Checks that each is a valid JSON Schema. Only tests do: shipped schemas do not change, and the check would slow down
 * every start.
 * @throws Error with the schema, the place and the problem
 */
export function checkShippedSchemas(schemas: readonly Schema[]): void {
  for (const { id, version, definition } of schemas) {
    const [problem] = checkDefinition(definition);
    if (problem) throw new Error(`${id} ${version}: ${problem.pointer} ${problem.message}`);
  }
}
