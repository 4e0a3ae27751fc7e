import pg from 'pg';
import { Pool } from 'undici';
import { draftInput } from '../../e2e/harness/operations.ts';
import { startSystem } from '../../e2e/harness/system.ts';
import type { ServiceName } from '../../platform/config/config.ts';
import { services } from '../../platform/testing/services.ts';
import { until } from '../harness/benchmark.ts';
import { CREATE } from '../harness/drafts.ts';
import { cpuTime } from '../harness/processes.ts';
import { type Draft, USERS, userOf, type Write, type Writer } from './writer.ts';

/** Without processors that run: what they make of a draft is another benchmark's. */
const SERVICES = [
  'gateway',
  'schemas',
  'processors',
  'state',
  'events',
] as const satisfies readonly ServiceName[];

const CREATE_MANY = `mutation ($input: CreateBlobsInput!) {
  createBlobs(input: $input) { results { blob { id } userErrors { code } } userErrors { code } }
}`;
/** A processor that takes drafts, as every system has one: without any, state asks the registry at each draft. */
const REGISTER = `mutation ($input: RegisterProcessorInput!) {
  registerProcessor(input: $input) { userErrors { code message } }
}`;
const TAKER = {
  ...{ id: 'bench-taker', name: 'Takes drafts, and does not run', graphqlType: 'BenchTaken' },
  ...{ storageType: 'POSTGRESQL', connectionString: 'its own', databaseName: 'bench_taker' },
  takes: [{ event: 'blob.created', schemaIds: ['text-input-v1'] }],
  ...{ outputSchemaId: 'note-v1', baseUrl: 'http://127.0.0.1:9' },
};
const WAITING = 'SELECT count(*)::int AS waiting FROM user_blobs WHERE outbox_since IS NOT NULL';

/** The system, to which drafts are sent one by one or many at once. */
export interface Ours extends Writer {
  /** Stores drafts of one user in one `createBlobs`. */
  writeMany(drafts: readonly Draft[]): Write;
}

let keys = 0;
function inputOf({ content, book, chapter }: Draft) {
  keys += 1;
  return draftInput({ content, book, chapter, key: `key-${keys}` });
}

/** The system in one process, with its state in PostgreSQL and its events in JetStream. */
export async function openOurs(atOnce: number): Promise<Ours> {
  const system = await startSystem('real', { services: SERVICES, environment: { MONGO_URL: '' } });
  const tokens = await Promise.all(Array.from({ length: USERS }, (_, user) => system.token(userOf(user))));
  const http = new Pool(system.urls.gateway, { connections: atOnce });
  const url = new URL(services().postgresUrl);
  url.pathname = `/${system.environment['NAMESPACE']}_state`;
  const database = new pg.Pool({ connectionString: url.href, max: 1 });
  function ready(token: string | undefined, query: string, variables: object): Write {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    return {
      async send() {
        const answer = await http.request({ method: 'POST', path: '/graphql', headers, body });
        const text = await answer.body.text();
        if (answer.statusCode !== 200 || /"code":|"errors":/.test(text))
          throw new Error(text.slice(0, 1_000));
      },
    };
  }
  await ready(await system.token('operator', ['operator']), REGISTER, { input: TAKER }).send();
  return {
    prepare: (user) => ready(tokens[user], '{ me { state { totalBlobs } } }', {}).send(),
    write: (draft) => ready(tokens[draft.user], CREATE, { input: inputOf(draft) }),
    writeMany: (drafts) =>
      ready(tokens[drafts[0]?.user ?? 0], CREATE_MANY, { input: { blobs: drafts.map(inputOf) } }),
    drained: () =>
      until(
        'All events are published',
        async () => (await database.query<{ waiting: number }>(WAITING)).rows[0]?.waiting === 0,
        { withinMs: 120_000, everyMs: 10 },
      ),
    cpuMs: () => cpuTime(system.process('gateway').pid),
    async close() {
      await database.end();
      await http.close();
      await system.stop();
    },
  };
}
