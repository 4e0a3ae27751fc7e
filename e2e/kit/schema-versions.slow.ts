import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import { records } from '../../platform/processor/records/records.ts';
import { mood, registerMoods } from '../../subgraphs/state/testing/mood.fixture.ts';
import expansion from '../../subgraphs/text-expansion/processor.ts';
import { operator, startKitSystem } from './system.fixture.ts';

const ID = 'text-expansion';
const SCHEMA = 'mood-v1';

/** Takes one version of moods, and tells what it was given. */
const taker = (version: string, versions: string) =>
  defineProcessor({
    id: ID,
    version,
    name: 'Moods',
    description: '',
    takes: { 'blob.created': [SCHEMA] },
    takesVersions: { [SCHEMA]: versions },
    makes: { type: 'ExpandedText', schema: 'note-v1' },
    limits: { concurrency: 2, seconds: 30 },
    records: records('moods', { store: 'postgresql' }),
    run: async ({ source: { data, schemaVersion } }) => ({
      preview: JSON.stringify({ schemaVersion, data }),
      data: { given: data },
    }),
    resolvers: expansion.resolvers ?? {},
  });

it('a processor of the newest version takes blobs of all, and one that comes later what was left out', async () => {
  const system = await startKitSystem();
  await registerMoods(system.schemas, SCHEMA);
  const caller = system.newUser();
  await system.start(taker('1', '>=2.0.0 <3.0.0'));
  const create = async (version: string, data: object) => {
    const mutation =
      'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { code message } } }';
    const { data: made } = await system.state.graphql<{ createBlob: { blob: { id: string } } }>(
      mutation,
      { input: mood(SCHEMA, version, data) },
      caller,
    );
    return made?.createBlob.blob.id ?? '';
  };
  const given = async (id: string) => {
    const blob = await system.blob(caller, id);
    const [derived] = blob?.derived.nodes ?? [];
    return derived && JSON.parse((await system.blob(caller, derived.id))?.preview ?? 'null');
  };
  const [old, newest] = [
    await create('1.0.0', { text: 'It rained', colour: 'grey' }),
    await create('3.0.0', { content: 'It shone', intensity: 2 }),
  ];
  const patient = { timeout: 60_000 };
  await expect
    .poll(() => given(old), patient)
    .toEqual({ schemaVersion: '2.0.0', data: { content: 'It rained', colour: 'grey' } });
  expect((await system.blob(caller, newest))?.processing).toEqual({ state: 'STORED', runs: [] });

  // The next version of the processor takes the newest documents, and reads all others as such. The one before still runs,
  // and passes on what it does not take.
  await system.start(taker('2', '^3.0.0'));
  const other = await create('1.0.0', { text: 'It snowed' });
  await expect
    .poll(() => given(other), patient)
    .toSatisfy((read) =>
      [
        { schemaVersion: '2.0.0', data: { content: 'It snowed' } },
        { schemaVersion: '3.0.0', data: { content: 'It snowed', intensity: 3 } },
      ].some((one) => isDeepStrictEqual(one, read)),
    );
  const backfill = `mutation { backfill(processorId: "${ID}") { userErrors { message } } }`;
  expect((await system.state.graphql(backfill, {}, operator)).data).toEqual({ backfill: { userErrors: [] } });
  await expect
    .poll(() => given(newest), patient)
    .toEqual({ schemaVersion: '3.0.0', data: { content: 'It shone', intensity: 2 } });
  expect(await system.log.deadLetters()).toEqual([]);
});
