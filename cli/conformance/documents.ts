import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { SchemaDocument } from '../../platform/clients/schemas.ts';
import type { JsonObject } from '../../platform/json-schema/validator.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { blobTypeOf, descriptionOf, type Schema, titleOf } from '../../subgraphs/schemas/catalog/schema.ts';
import { readShippedSchemas } from '../../subgraphs/schemas/catalog/shipped.ts';

const TEXT = [
  '# The harbour',
  '',
  'It rained on the harbour all night, and the boats knocked against the wall. Nobody slept.',
  '',
  'In the morning Ada Lovelace counted them: twelve had gone, and one had come that she did not know.',
].join('\n');

/** Sample documents of users' schemas. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  'text-input-v1': { content: TEXT },
  'message-v1': { text: 'Good morning. It rained on the harbour all night.' },
  'note-v1': { text: 'Twelve boats.' },
};

/** Reads a JSON file named on the command line. @throws UsageError */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
}

const numbersOf = ({ version }: Schema): number[] => version.split('.').map(Number);

function newestFirst(a: Schema, b: Schema): number {
  const [one, other] = [numbersOf(a), numbersOf(b)];
  return other.map((number, place) => number - (one[place] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

const toDocument = (schema: Schema, versions: readonly string[]): SchemaDocument => ({
  id: schema.id,
  version: schema.version,
  title: titleOf(schema),
  description: descriptionOf(schema),
  blob_type: blobTypeOf(schema),
  definition: schema.definition,
  versions: [...versions],
  withdrawn_versions: [],
  created_at: null,
  withdrawn_at: null,
});

/** The system's schemas, newest version first. `files`: more, named `ID.json`, as version 1.0.0. @throws UsageError */
export function readSchemas(files: readonly string[]): SchemaDocument[] {
  const given = files.map((file): Schema => {
    const definition = readJson(file) as JsonObject;
    return { id: basename(file, '.json'), version: '1.0.0', definition, createdAt: null, withdrawnAt: null };
  });
  const all = [...given, ...readShippedSchemas(projectFile('schemas'))].toSorted(newestFirst);
  return all.map((schema) =>
    toDocument(
      schema,
      all.filter(({ id }) => id === schema.id).map(({ version }) => version),
    ),
  );
}

/** A sample document of a schema: the given one, else the schema's example. @throws UsageError when there is none */
export function sampleOf(
  schemaId: string,
  schemas: readonly SchemaDocument[],
  given: ReadonlyMap<string, unknown>,
): unknown {
  const [example] = [schemas.find(({ id }) => id === schemaId)?.definition['examples']].flat();
  const sample = given.get(schemaId) ?? example ?? SAMPLES[schemaId];
  if (sample !== undefined) return sample;
  throw new UsageError(`There is no sample of ${schemaId}: give one with --sample ${schemaId}=FILE.`);
}
