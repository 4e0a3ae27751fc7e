import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startProcess, type TestedProcess } from '../cli/conformance/process.ts';
import { freePort } from '../cli/services/processes.ts';
import { derivedBlobId } from '../platform/ids.ts';
import { builtFile } from '../platform/paths.ts';
import type { SqlServer } from '../platform/sql/database.ts';
import { openTemporaryPostgres } from '../platform/testing/postgres.ts';
import { createGraphClient, type GraphClient } from './harness/client.ts';
import { createDraft, deleteBlob, untilState } from './harness/operations.ts';
import { keyFile, PYTHON_PROCESSOR, python } from './harness/python.ts';
import { type System, startSystem } from './harness/system.ts';

/** A processor in another language joins a system that runs, as an operator has it join: docs/processor-contract.md. */

const read = (file: string): string => readFileSync(join(PYTHON_PROCESSOR, file), 'utf8');
const PATIENCE = { timeout: 60_000, interval: 100 };

let system: System;
let operator: GraphClient;
let client: GraphClient;
let stores: SqlServer;
let store: string;
let port: number;
let interpreter: string;
let processor: TestedProcess;

async function startProcessor(): Promise<void> {
  processor = await startProcess([interpreter, join(PYTHON_PROCESSOR, 'processor.py')], {
    ...system.environment,
    ...{ GATEWAY_URL: system.urls.gateway, STATE_URL: system.urls.state, PROCESSORS_URL: system.urls.processors },
    ...{ POSTGRES_URL: store, PORT: String(port), WORD_COUNT_KEY_FILE: join(system.dataDir, 'word-count.pem') },
  });
  await vi.waitFor(async () => {
    if (processor.ended() !== undefined) throw new Error(processor.output());
    expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  }, PATIENCE);
}

/** The operator's three steps. */
async function join_(): Promise<void> {
  const registered = JSON.parse(read('registration.json')) as Record<string, unknown>;
  const schema = 'mutation ($input: RegisterSchemaInput!) { done: registerSchema(input: $input) { userErrors { code message } } }';
  const definition = JSON.parse(read('word-count-v1.json'));
  const schemaInput = { id: 'word-count-v1', version: '1.0.0', definition };
  expect(await operator.query(schema, { input: schemaInput })).toEqual({ done: { userErrors: [] } });
  const text = 'mutation ($input: RegisterProcessorInput!) { done: registerProcessor(input: $input) { userErrors { field message } } }';
  const input = {
    ...{ id: registered['id'], name: registered['name'], storageType: 'POSTGRESQL', connectionString: 'its own' },
    ...{ databaseName: 'word_count', takes: [{ event: 'blob.created', schemaIds: ['text-input-v1'] }] },
    ...{ outputSchemaId: 'word-count-v1', graphqlType: 'WordCount', baseUrl: `http://127.0.0.1:${port}` },
  };
  expect(await operator.query(text, { input })).toEqual({ done: { userErrors: [] } });
}

/** The graph with its type, as `npm run compose` prints it. */
function composed(): string {
  const outside = join(system.dataDir, 'outside.yaml');
  const url = `http://127.0.0.1:${port}/graphql`;
  const schema = JSON.stringify(join(PYTHON_PROCESSOR, 'schema.graphql'));
  writeFileSync(outside, `subgraphs:\n  word-count:\n    routing_url: ${url}\n    schema: { file: ${schema} }\n`);
  const file = join(system.dataDir, 'supergraph.graphql');
  writeFileSync(file, execFileSync(process.execPath, [builtFile('cli/compose.ts'), outside]));
  return file;
}

const COUNTED = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      processing { runs { processorId state generation error { code } } }
      lineage { nodes { id } }
      derived(processorId: "word-count") {
        nodes { id title preview type parent { id } content { __typename id ... on WordCount { words characters parentBlob { title } } } }
      }
    }
  }
`;
interface Counted {
  readonly blob: {
    readonly processing: { readonly runs: readonly { readonly processorId: string; readonly state: string; readonly error: unknown }[] };
    readonly lineage: { readonly nodes: readonly { readonly id: string }[] };
    readonly derived: { readonly nodes: readonly { readonly id: string; readonly content: unknown }[] };
  } | null;
}
const counted = async (of: GraphClient, id: string) => (await of.request<Counted>(COUNTED, { id })).data?.blob;

async function untilCounted(of: GraphClient, id: string) {
  await untilState(of, id, 'COMPLETED');
  const [node] = (await counted(of, id))?.derived.nodes ?? [];
  return node;
}

const rows = async () => (await stores.database('word_count')).query<{ id: string; user_id: string }>('SELECT id::text, user_id FROM word_counts', []);

beforeAll(async () => {
  interpreter = await python();
  [system, port] = [await startSystem('real'), await freePort(undefined)];
  stores = openTemporaryPostgres();
  const { rows: named } = await (await stores.database('word_count')).query<{ name: string }>('SELECT current_database() AS name', []) as never;
  store = `${system.environment['POSTGRES_URL']?.replace(/\/[^/]*$/, '')}/${named[0]?.name}`;
  keyFile(system.dataDir);
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  client = await system.client();
});
afterAll(async () => {
  await processor?.stop();
  await system?.stop();
  await stores?.close();
});
