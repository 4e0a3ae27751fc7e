import { existsSync } from 'node:fs';
import { processors } from '../../cli/system/subgraphs.generated.ts';
import { projectFile } from '../../platform/process/paths.ts';
import type { RecordsFixture } from '../../platform/processor/records/records.contract.fixture.ts';
import type { RecordsDefinition } from '../../platform/processor/records/records.ts';
import type { AnyProcessor } from '../../platform/processor/service.ts';
import { sampleOf, schemaOf } from '../harness/sample.ts';

export type Sampled = Omit<RecordsFixture, 'open'>;

/** Whether the store allocates a member of `data`, or the envelope has it. */
const isGiven = ({ members, allocates }: RecordsDefinition, name: string): boolean =>
  name === allocates?.member || members?.[name] === 'envelope';

/** A processor's records, with smallest documents of its output schema. */
async function sampled({ records: definition, makes }: AnyProcessor): Promise<Sampled> {
  const schema = await schemaOf(makes.schema);
  return {
    definition,
    sample: (version) => {
      const whole = sampleOf(schema, version === 1 ? 'Zwölf 🥊' : `Zwölf ${version}`) as Record<
        string,
        unknown
      >;
      const own = Object.entries(whole).filter(([name]) => !isGiven(definition, name));
      return { data: Object.fromEntries(own), beside: {} };
    },
  };
}

/** Samples of the processor's folder, where it has some. */
async function ownSamples(id: string): Promise<Sampled | undefined> {
  const file = projectFile('subgraphs', id, 'records.fixture.ts');
  if (!existsSync(file)) return undefined;
  const fixtures = Object.values((await import(file)) as Record<string, Partial<Sampled>>);
  return fixtures.find(({ definition, sample }) => definition && sample) as Sampled | undefined;
}

/** Records of every processor of `supergraph.yaml`, with samples. */
export async function allRecords(): Promise<readonly (readonly [id: string, fixture: Sampled])[]> {
  const values: readonly AnyProcessor[] = await Promise.all(Object.values(processors).map((load) => load()));
  return Promise.all(
    values.map(async (value) => [value.id, (await ownSamples(value.id)) ?? (await sampled(value))] as const),
  );
}
