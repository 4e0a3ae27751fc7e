import { readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectTypeDefinitionNode, parse, print, visit } from 'graphql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeCursor } from '../platform/events/cursor.ts';
import { projectFile } from '../platform/process/paths.ts';
import { blobMessage, runBody } from '../platform/testing/events.ts';
import { startTestGraph, type TestGraph } from './testing/test-graph.ts';

const OURS = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const RUNS = `subscription ($after: String) {
  processingChanged(after: $after) { version generation blob { title } }
}`;
/** Of what REST does not read: without that, the other supergraph would be refused. */
const IDS = `subscription ($after: String) {
  processingChanged(after: $after) { blob { schema { id } } }
}`;

let folder: string;
let graph: TestGraph;

/** Our supergraph without a field. */
function without(type: string, field: string): string {
  const isOfType = (parent: unknown): boolean => (parent as ObjectTypeDefinitionNode).name?.value === type;
  return print(
    visit(parse(OURS), {
      FieldDefinition: ({ name }, _key, _list, _path, ancestors) =>
        name.value === field && ancestors.some(isOfType) ? null : undefined,
    }),
  );
}

/** Replaces the file at once, as a deployment does. */
async function deploy(sdl: string): Promise<void> {
  await writeFile(join(folder, 'next'), sdl);
  await rename(join(folder, 'next'), join(folder, 'supergraph.graphql'));
}

const logged = (text: string) => graph.gateway.logs.filter((line) => line.includes(text)).length;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-'));
  await deploy(OURS);
  const supergraphFile = join(folder, 'supergraph.graphql');
  const blobs = [{ id: 'b0', owner: 'state', title: 'One' } as const];
  graph = await startTestGraph({ blobs, config: { supergraphFile } });
});
afterEach(async () => {
  await graph.stop();
  await rm(folder, { recursive: true });
});

type Result = { data?: { processingChanged: object } | null; errors?: readonly object[] };

async function follow(query = RUNS) {
  const after = encodeCursor(await graph.log.head());
  const client = await graph.connect();
  const results = client.iterate({ query, variables: { after } }) as AsyncGenerator<Result>;
  return async () => (await results.next()).value as Result;
}

const publish = (version: number) =>
  graph.log.publish(blobMessage('b0', version, { kind: 'processing', body: { run: runBody() } }));

const description = async () => {
  const { data } = await graph.graphql<{ __type: { description: string } }>(
    '{ __type(name: "ProcessingChange") { description } }',
  );
  return data?.__type.description;
};

const fields = async () => {
  const { data } = await graph.graphql<{ __type: { fields: { name: string }[] } }>(
    '{ __type(name: "BlobIndex") { fields { name } } }',
  );
  return data?.__type.fields.map(({ name }) => name);
};

test('another supergraph is served without a restart, and open subscriptions go on with it', async () => {
  const next = await follow();
  await publish(1);
  expect(await next()).toMatchObject({ data: { processingChanged: { version: 1, generation: 0 } } });
  await deploy(OURS.replace('"""One step of a run on a blob."""', '"""A step."""'));
  await expect.poll(description, { timeout: 15_000 }).toBe('A step.');
  for (const version of [2, 3]) await publish(version);
  for (const version of [2, 3])
    expect(await next()).toEqual({
      data: { processingChanged: { version, generation: 0, blob: { title: 'One' } } },
    });
});

test('changes that come while one supergraph after the other is served are told once each, in order, and whole', async () => {
  const next = await follow();
  let version = 0;
  for (const text of ['A step.', 'Two steps.', 'Three steps.']) {
    await deploy(OURS.replace('"""One step of a run on a blob."""', `"""${text}"""`));
    const publishing = async () => {
      for (let n = 0; n < 5; n += 1) await publish(++version);
      return description();
    };
    await expect.poll(publishing, { timeout: 15_000 }).toBe(text);
  }
  for (let told = 1; told <= version; told += 1)
    expect(await next()).toEqual({
      data: { processingChanged: { version: told, generation: 0, blob: { title: 'One' } } },
    });
});

test('a subscription that the other supergraph does not have ends with an error that says so', async () => {
  const next = await follow(IDS);
  await deploy(without('BlobIndex', 'schema'));
  await expect.poll(fields, { timeout: 15_000 }).not.toContain('schema');
  const told = next().then(
    ({ errors }) => errors,
    (errors) => errors,
  );
  await publish(1);
  expect(await told).toMatchObject([
    { message: expect.stringContaining('schema'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
});

test.each([
  ['no supergraph', () => 'type Query {'],
  ['half of one', () => OURS.slice(0, OURS.length / 2)],
  ['a supergraph without what REST serves', () => without('Mutation', 'createBlob')],
])('%s is refused, and the graph goes on', async (_, broken) => {
  await deploy(broken());
  await expect.poll(() => logged('looking for another supergraph'), { timeout: 15_000 }).toBeGreaterThan(0);
  expect(await description()).toBe('One step of a run on a blob.');
  const { data } = await graph.graphql('{ blob(id: "b0") { title } }');
  expect(data).toEqual({ blob: { title: 'One' } });
  await deploy(OURS.replace('"""One step of a run on a blob."""', '"""A step."""'));
  await expect.poll(description, { timeout: 15_000 }).toBe('A step.');
});
