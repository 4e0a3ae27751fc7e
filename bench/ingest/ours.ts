import pg from 'pg';
import { Pool } from 'undici';
import { draftInput } from '../../e2e/harness/operations.ts';
import { startSystem } from '../../e2e/harness/system.ts';
import type { ServiceName } from '../../platform/config/config.ts';
import { services } from '../../platform/testing/services.ts';
import { until } from '../harness/benchmark.ts';
import { CREATE } from '../harness/drafts.ts';
import { cpuTime } from '../harness/processes.ts';
import { type Draft, USERS, userOf, type Writer } from './writer.ts';

/** Without processors: what they make of a draft is another benchmark's. */
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
const WAITING = 'SELECT count(*)::int AS waiting FROM user_blobs WHERE outbox_since IS NOT NULL';

/** The system, to which drafts are sent one by one or many at once. */
export interface Ours extends Writer {
  /** Stores drafts of one user in one `createBlobs`. */
  writeMany(drafts: readonly Draft[]): Promise<void>;
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
  async function send(user: number, query: string, variables: object): Promise<string> {
    const headers = { authorization: `Bearer ${tokens[user]}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    const answer = await http.request({ method: 'POST', path: '/graphql', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || /"code":|"errors":/.test(text)) throw new Error(text.slice(0, 1_000));
    return text;
  }
  return {
    async prepare(user) {
      await send(user, '{ me { state { totalBlobs } } }', {});
    },
    async write(draft) {
      await send(draft.user, CREATE, { input: inputOf(draft) });
    },
    async writeMany(drafts) {
      await send(drafts[0]?.user ?? 0, CREATE_MANY, { input: { blobs: drafts.map(inputOf) } });
    },
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
