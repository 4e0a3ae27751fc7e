import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { upcasters } from '../../../platform/clients/upcasters.generated.ts';
import { declaredChanges } from '../../../platform/json-schema/upcast/declared.ts';
import { upcast } from '../../../platform/json-schema/upcast/upcast.ts';
import { compileSchema } from '../../../platform/json-schema/validator.ts';
import { newestFirst } from '../../../platform/json-schema/versions/versions.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { readShippedSchemas } from './shipped.ts';

const shipped = readShippedSchemas(projectFile('schemas'));
const versionsOf = (schemaId: string): string[] =>
  shipped
    .filter(({ id }) => id === schemaId)
    .map(({ version }) => version)
    .sort(newestFirst);

/** Every version that has a later one, with each of those. */
const ways = shipped.flatMap(({ id, version }) =>
  versionsOf(id)
    .filter((to) => newestFirst(version, to) > 0)
    .map((to) => [id, version, to] as const),
);

function samplesOf(id: string, version: string): unknown[] {
  const file = projectFile('schemas', id, 'samples', `${version}.json`);
  if (!existsSync(file)) throw new Error(`Add samples of ${version}: schemas/${id}/samples/${version}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as unknown[];
}

const definitionOf = (schemaId: string, wanted: string) =>
  shipped.find(({ id, version }) => id === schemaId && version === wanted)?.definition ?? {};

const schemaOf = (id: string) => ({
  id,
  versions: versionsOf(id),
  written: upcasters[id] ?? [],
  version: async (version: string) => ({
    validate: compileSchema(definitionOf(id, version)),
    changes: declaredChanges(definitionOf(id, version)),
  }),
});

describe('samples of older versions', () => {
  it.each(ways)('%s: those of %s are read as %s', async (id, from, to) => {
    const samples = samplesOf(id, from);
    expect(samples.length).toBeGreaterThan(0);
    const validate = compileSchema(definitionOf(id, from));
    for (const sample of samples) {
      expect(validate(sample)).toEqual([]);
      const before = JSON.stringify(sample);
      // It throws where what comes of it does not fit.
      const read = await upcast(schemaOf(id), sample, from, to);
      expect(compileSchema(definitionOf(id, to))(read)).toEqual([]);
      expect(JSON.stringify(sample)).toBe(before);
      expect(await upcast(schemaOf(id), sample, from, to)).toEqual(read);
    }
  });

  it('of expansions tell of complexity as a number, and of kept sections', async () => {
    const [first, second] = samplesOf('expanded-text-v1', '1.0.0');
    const read = (sample: unknown) => upcast(schemaOf('expanded-text-v1'), sample, '1.0.0', '2.1.0');
    expect(await read(first)).toMatchObject({
      style_analysis: { complexity: 0.2, tone: 'neutral' },
      sections: [{ kept: false, why: null, title: null }],
    });
    expect(await read(second)).toMatchObject({ style_analysis: { complexity: 0.5 } });
  });
});
