import { readFile } from 'node:fs/promises';
import { type GraphQLField, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { clientSchema } from '../../gateway/operations/schema.ts';
import { serviceNames } from '../../platform/config.ts';
import { projectFile } from '../../platform/paths.ts';
import { argumentsOf, badValues, type Known, type Leaf, leavesOf, withValue } from '../harness/arguments.ts';
import { createGraphClient, type GraphClient, type GraphQLResult } from '../harness/client.ts';
import { compileBook, createDraft, untilState } from '../harness/operations.ts';
import { type System, startSystem } from '../harness/system.ts';

type Field = GraphQLField<unknown, unknown>;
type Values = Record<string, unknown>;

const sdl = await readFile(projectFile('gateway', 'supergraph.graphql'), 'utf8');
const mutations = Object.values(clientSchema(sdl).getMutationType()?.getFields() ?? {});
const rows = mutations.map((field) => [field.name, field] as const);

/** Done to whoever is named, without a way back: they are tried with names of nobody alone. */
const ENDINGS = ['deleteUser', 'retireProcessor', 'pauseProcessor', 'registerProcessor'];

let system: System;
let alice: GraphClient;
let operator: GraphClient;
/** Ids of bob's: of each kind of blob, and of his book. */
let foreign: readonly string[];
let serial = 0;

/** So that what is tried at one place is not refused for another. */
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

/** Whatever the input: a fault of ours, or one that says to come again. */
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
  const query = `mutation (${declared}) { done: ${name}(${given}) { ${selection} } }`;
  const answer = await client.request<{ done: Payload | null }>(query, values);
  return { answer, codes: codesOf(answer) };
}

const codesOf = ({ data, errors = [] }: GraphQLResult<{ done: Payload | null }>): string[] => [
  ...errors.map(({ extensions }) => extensions.code),
  ...(data?.done?.userErrors ?? []).map(({ code }) => code),
];

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 60);

/** What went wrong on our side, by the input. */
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

describe('whatever a command is given', () => {
  it.each(rows)('%s has no fault of ours, for a user', async (_name, field) => {
    expect(await faultsOf(alice, field)).toEqual([]);
  });

  it.each(rows)('%s has none for an operator', async (_name, field) => {
    expect(await faultsOf(operator, field)).toEqual([]);
  });
});

/** Errors as they are told, the id itself aside. */
async function told(field: Field, leaf: Leaf, id: string): Promise<unknown> {
  const values = argumentsOf(field.args, false, known);
  // Ids of books are their users' own: what one has made of an id is no measure of another.
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

/** Whether a userError's field is a place of the arguments. */
const isPlace = (field: string | null, leaves: readonly Leaf[]): boolean =>
  field !== null && leaves.some(({ path }) => path.some((step) => field.split('.').includes(String(step))));

describe('what is refused', () => {
  it.each(rows)('by %s is refused by the name of its field', async (_name, field) => {
    const fresh = () => argumentsOf(field.args, true, known);
    const errorsOf = async (values: Values) =>
      (await run(operator, field, values)).answer.data?.done?.userErrors ?? [];
    const leaves = leavesOf(field.args, fresh());
    // Where the plain input is refused as well, an error need not be of the change.
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
