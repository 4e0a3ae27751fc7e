import { readFile } from 'node:fs/promises';
import { type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { clientSchema } from '../../gateway/graph/schema.ts';
import { serviceNames } from '../../platform/config/config.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { createGraphClient, type GraphClient, type GraphQLResult } from '../harness/client.ts';
import { compileBook, createDraft, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';
import { argumentsOf, badValues, type Known, type Leaf, leavesOf, withValue } from './arguments.fixture.ts';

type Field = GraphQLField<unknown, unknown>;
type Values = Record<string, unknown>;

const sdl = await readFile(projectFile('gateway', 'supergraph.graphql'), 'utf8');
const schema = clientSchema(sdl);
const fieldsOf = (type: GraphQLObjectType | null | undefined) =>
  Object.values(type?.getFields() ?? {}).map((field) => [field.name, field] as const);
const rows = fieldsOf(schema.getMutationType());
const queries = fieldsOf(schema.getQueryType()).filter(([, { args }]) => args.length > 0);

/** Irreversible mutations, tried only with unknown names. */
const ENDINGS = ['deleteUser', 'retireProcessor', 'pauseProcessor', 'registerProcessor'];

let system: System;
let alice: GraphClient;
let operator: GraphClient;
/** Ids of Bob: of each kind of blob, and of his book. */
let foreign: readonly string[];
let serial = 0;

/** Valid values, so that a refusal is about the leaf that is tried. */
const known: Known = {
  schemaId: () => 'note-v1',
  schemaVersion: () => '1.0.0',
  processorId: () => 'text-expansion',
  bookId: () => 'my-book',
  type: () => 'note',
  language: () => 'en',
  removeChapters: () => [],
  idempotencyKey: () => `key-${++serial}`,
};

beforeAll(async () => {
  system = await startSystem(inject('shape'), {
    services: serviceNames,
    environment: { RECONCILE_GRACE_SECONDS: '0', RECONCILE_EVERY_SECONDS: '0' },
  });
  const bob = await system.client('bob');
  alice = await system.client('alice');
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  const own = await createDraft(operator, { book: 'my-book', content: 'A draft of one’s own.' });
  await untilState(operator, own, 'COMPLETED');
  const draft = await createDraft(bob, { book: 'bobs-book', content: 'The rain had a plan.' });
  await untilState(bob, draft, 'COMPLETED');
  const { compiledBook } = await compileBook(bob, { bookId: 'bobs-book' });
  type Found = { blobs: { nodes: { id: string }[] } };
  const { blobs } = await bob.query<Found>('{ blobs(first: 100) { nodes { id } } }');
  foreign = [...blobs.nodes.map(({ id }) => id), compiledBook?.id ?? '', 'bobs-book'];
});
afterAll(() => system?.stop());

interface Payload {
  readonly userErrors?: readonly {
    readonly field: string | null;
    readonly code: string;
    readonly message: string;
  }[];
}

/** Codes of server faults, which no input may cause. */
const FAULTS = [
  'INTERNAL',
  'SUBGRAPH_INVALID',
  'SUBGRAPH_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
];

async function run(client: GraphClient, { name, args, type }: Field, values: Values) {
  const payload = getNamedType(type);
  const hasErrors = isObjectType(payload) && payload.getFields()['userErrors'] !== undefined;
  const declared = args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const given = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const selection = hasErrors ? '__typename userErrors { field code message }' : '__typename';
  const kind = queries.some(([, field]) => field.name === name) ? 'query' : 'mutation';
  const query = `${kind} (${declared}) { done: ${name}(${given}) { ${selection} } }`;
  const answer = await client.request<{ done: Payload | null }>(query, values);
  return { answer, codes: codesOf(answer) };
}

const codesOf = ({ data, errors = [] }: GraphQLResult<{ done: Payload | null }>): string[] => [
  ...errors.map(({ extensions }) => extensions.code),
  ...(data?.done?.userErrors ?? []).map(({ code }) => code),
];

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 60);

/** Server faults, by the input that caused them. */
async function faultsOf(client: GraphClient, field: Field): Promise<string[]> {
  const faults: string[] = [];
  for (const leaf of leavesOf(field.args, argumentsOf(field.args, true, known))) {
    for (const bad of badValues[leaf.type] ?? []) {
      const values = argumentsOf(field.args, true, known);
      const { answer, codes } = await run(client, field, withValue(values, leaf, bad));
      const text = JSON.stringify(answer);
      if (codes.some((code) => FAULTS.includes(code)) || /node_modules|at .*\.[jt]s:\d|\/work\//.test(text))
        faults.push(`${leaf.path.join('.')} = ${shown(bad)}: ${text.slice(0, 300)}`);
    }
  }
  return faults;
}

describe('whatever a question is given', () => {
  it.each(queries)('%s has no fault of ours', async (_name, field) => {
    expect(await faultsOf(alice, field)).toEqual([]);
    expect(await faultsOf(operator, field)).toEqual([]);
  });
});

describe('whatever a command is given', () => {
  it.each(rows)('%s has no fault of ours, for a user', async (_name, field) => {
    expect(await faultsOf(alice, field)).toEqual([]);
  });

  it.each(rows)('%s has none for an operator', async (_name, field) => {
    expect(await faultsOf(operator, field)).toEqual([]);
  });
});

/** Errors of an answer, without the id itself. */
async function told(field: Field, leaf: Leaf, id: string): Promise<unknown> {
  const values = argumentsOf(field.args, false, known);
  // Book ids are per user: each try needs a new user.
  const { answer } = await run(await system.client(), field, withValue(values, leaf, id));
  const text = JSON.stringify([
    answer.data?.done?.userErrors,
    answer.errors?.map(({ message, extensions: { code } }) => [code, message]),
  ]);
  return text.replaceAll(id, '<id>');
}

const ofIds = rows.filter(
  ([name, { args }]) =>
    !ENDINGS.includes(name) &&
    leavesOf(args, argumentsOf(args, false, known)).some(({ type }) => type === 'ID'),
);

const lastName = ({ path }: Leaf): string => path.findLast((step) => typeof step === 'string') as string;

/** Whether a userError's field names a leaf of the arguments. */
const isPlace = (field: string | null, leaves: readonly Leaf[]): boolean =>
  field !== null && leaves.some(({ path }) => path.some((step) => field.split('.').includes(String(step))));

describe('what is refused', () => {
  it.each(rows)('by %s is refused by the name of its field', async (_name, field) => {
    const fresh = () => argumentsOf(field.args, true, known);
    const errorsOf = async (values: Values) =>
      (await run(operator, field, values)).answer.data?.done?.userErrors ?? [];
    const leaves = leavesOf(field.args, fresh());
    // Where the plain input is refused as well, the error need not be about the change.
    const isPlain = (await errorsOf(fresh())).length === 0;
    const unnamed: string[] = [];
    for (const leaf of leaves) {
      for (const bad of badValues[leaf.type] ?? []) {
        const errors = await errorsOf(withValue(fresh(), leaf, bad));
        const wanted = isPlain ? errors.filter((error) => error.field?.includes(lastName(leaf))) : errors;
        if (errors.length > 0 && !wanted.some((error) => isPlace(error.field, leaves)))
          unnamed.push(`${leaf.path.join('.')} = ${shown(bad)}: ${JSON.stringify(errors).slice(0, 200)}`);
      }
    }
    expect(unnamed).toEqual([]);
  });
});

describe('an id of another user', () => {
  it.each(ofIds)('looks to %s like one that there is not', async (_name, field) => {
    const leaves = leavesOf(field.args, argumentsOf(field.args, false, known));
    for (const leaf of leaves.filter(({ type }) => type === 'ID')) {
      const missing = await told(field, leaf, '00000000-0000-4000-8000-000000000000');
      for (const id of foreign)
        expect(await told(field, leaf, id), `${leaf.path.join('.')} = ${id}`).toBe(missing);
    }
  });
});

it('and nothing is half-written by any of it', async () => {
  const answer = await fetch(`${system.urls.gateway}/api/v1/reconciliations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ grace_seconds: 0 }),
  });
  const { report } = JSON.parse((await answer.text()).trim().split('\n').at(-1) ?? '{}') as {
    report?: { findings: unknown[] };
  };
  expect(report?.findings).toEqual([]);
});
