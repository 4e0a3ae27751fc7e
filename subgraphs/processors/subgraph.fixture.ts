import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProcessorDeclaration } from '../../platform/clients/registry.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { SqlDatabase } from '../../platform/sql/database.ts';
import { type Answer, startTestService, type TestService } from '../../platform/testing/service.ts';
import { processorsService } from './main.ts';

/** Part of every connection string in the tests. */
export const SECRET = 'hunter2-correct-horse';

export interface RestError {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
}

/** A request to the fake processor. */
interface Asked {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
}

const itself: Caller = { service: 'text-expansion', viewer: null };

/** The fake processor's answers: it is healthy and has one blob. */
const answers: Readonly<Record<string, readonly [number, unknown]>> = {
  '/health': [200, { status: 'ok' }],
  '/ready': [200, { status: 'ready', checks: { store: 'ok' } }],
  '/blobs/b1': [200, { blob: { id: 'b1', user_id: 'alice', data: { text: 'é🦉' } } }],
  '/blobs/batch': [200, { blobs: [{ id: 'b1', user_id: 'alice', data: {} }] }],
  '/users/alice/blobs?limit=1': [200, { blobs: [], next: null }],
  '/blobs/foreign': [404, { error: { code: 'BLOB_NOT_FOUND', message: 'There is no blob of that id.' } }],
};

async function startOwner(asked: Asked[]): Promise<{ server: Server; url: string }> {
  const server = createServer(({ url = '', headers }, response) => {
    asked.push({ url, authorization: headers.authorization });
    const [status, body] = answers[url] ?? [500, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The registry with a fake processor. */
export interface Fixture {
  readonly service: TestService;
  readonly database: SqlDatabase;
  readonly ownerUrl: string;
  readonly asked: readonly Asked[];
  /** A declaration of `text-expansion` at the fake processor. */
  declaration(more?: Partial<ProcessorDeclaration>): ProcessorDeclaration;
  /** Registers over REST; default caller: `text-expansion` itself. */
  register(body: unknown, caller?: Caller): Promise<Answer<RestError & { processor: object }>>;
  /** A second process of the registry on the same database. */
  another(config: { connectionKey: Buffer }): Promise<TestService>;
  close(): Promise<void>;
}

export async function startFixture(): Promise<Fixture> {
  const asked: Asked[] = [];
  const owner = await startOwner(asked);
  const service = await startTestService(processorsService);
  const { sql } = service.runtime;
  return {
    service,
    database: await sql('processors'),
    ownerUrl: owner.url,
    asked,
    declaration: (more = {}) => ({
      id: 'text-expansion',
      name: 'Text expansion',
      version: '3',
      storage_type: 'mongodb',
      connection_string: `mongodb://user:${SECRET}@127.0.0.1/expansion`,
      database_name: 'text_expansion',
      input_schema_ids: ['text-input-v1'],
      output_schema_id: 'expanded-text-v1',
      graphql_type: 'ExpandedText',
      base_url: owner.url,
      event_subscriptions: ['blob.created'],
      ...more,
    }),
    register: (body, caller = itself) => service.rest('POST', '/api/v1/processors', { body, caller }),
    another: (config) => startTestService(processorsService, { sql, config }),
    async close() {
      await service.stop();
      owner.server.close();
    },
  };
}
