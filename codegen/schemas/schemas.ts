import { existsSync, readdirSync } from 'node:fs';
import { groupBy } from '../../platform/collections/group-by.ts';
import { newestFirst } from '../../platform/json-schema/versions/versions.ts';
import { StartersFault } from '../../platform/process/exit.ts';
import { projectFile } from '../../platform/process/paths.ts';
import type { Schema } from '../../subgraphs/schemas/catalog/schema.ts';
import { readShippedSchemas } from '../../subgraphs/schemas/catalog/shipped.ts';
import { type GeneratedFile, HEADER } from '../project.ts';
import { newestType, typeOfVersion } from './types.ts';

/** Versions in their order, by schema. */
const byId = (schemas: readonly Schema[]): Map<string, Schema[]> =>
  new Map(
    [...groupBy(schemas, ({ id }) => id)]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([id, versions]) => [id, versions.toSorted((a, b) => newestFirst(b.version, a.version))]),
  );

function typesFile(schemas: ReadonlyMap<string, readonly Schema[]>): GeneratedFile {
  const types = [...schemas].flatMap(([id, versions]) => [
    ...versions.map(({ version, definition }) => typeOfVersion(id, version, definition)),
    newestType(id, versions.at(-1)?.version ?? ''),
  ]);
  return ['schemas/types.generated.ts', `// ${HEADER}\n\n${types.join('\n')}`];
}

interface UpcasterFile {
  /** From the folder of the schemas. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** @throws StartersFault for a file that is named by no step from a version to a later one */
function upcasterFiles(id: string, versions: readonly Schema[]): UpcasterFile[] {
  const folder = projectFile('schemas', id, 'upcast');
  if (!existsSync(folder)) return [];
  const known = versions.map(({ version }) => version);
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const [, from = '', to = ''] = /^(.+)-to-(.+)\.ts$/.exec(file) ?? [];
      const path = `${id}/upcast/${file}`;
      if (known.includes(from) && known.includes(to) && newestFirst(from, to) > 0) return { path, from, to };
      throw new StartersFault(
        `schemas/${path}: name it by a version and a later one that there are, e.g. 1.0.0-to-1.1.0.ts`,
      );
    });
}

function upcastersFile(schemas: ReadonlyMap<string, readonly Schema[]>): GeneratedFile {
  const files = [...schemas].map(([id, versions]) => ({ id, files: upcasterFiles(id, versions) }));
  const all = files.flatMap((each) => each.files);
  const nameOf = (file: UpcasterFile) => `upcast${all.indexOf(file)}`;
  const imports = all.map((file) => `import ${nameOf(file)} from '../../schemas/${file.path}';\n`).join('');
  const entries = files
    .filter((each) => each.files.length > 0)
    .map(({ id, files: own }) => {
      const steps = own.map(
        (file) => `    { from: '${file.from}', to: '${file.to}', upcast: ${nameOf(file)} },\n`,
      );
      return `  '${id}': [\n${steps.join('')}  ],\n`;
    });
  const text = `// ${HEADER}

${imports}import type { WrittenUpcaster } from '../json-schema/upcast/chain.ts';

/** The upcasters that ship, by schema. */
export const upcasters: Readonly<Record<string, readonly WrittenUpcaster[]>> = {
${entries.join('')}};
`;
  return ['platform/clients/upcasters.generated.ts', text];
}

/** The TypeScript types of the schemas that ship, and the list of their upcasters. */
export function schemaFiles(): GeneratedFile[] {
  const schemas = byId(readShippedSchemas(projectFile('schemas')));
  return [typesFile(schemas), upcastersFile(schemas)];
}
