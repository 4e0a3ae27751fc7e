import diagnostics from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createGraphClient } from '../../e2e/harness/client.ts';
import { compileBook, coreQuery, createDraft, untilState } from '../../e2e/harness/operations.ts';
import { freePortOffset } from '../../e2e/harness/ports.ts';
import { loadConfig, servicePorts } from '../../platform/config/config.ts';
import { developmentToken } from '../../platform/identity/users/development-token.ts';
import { startAll } from './system.ts';

/** Asked over a socket on purpose: whether a service answers at its address. */
const PROBES: ReadonlySet<string> = new Set(['/health', '/ready']);

interface Asked {
  readonly port: number | undefined;
  readonly path: string;
}

/** Every request that comes to a server of this process over a socket, from now on. */
function requestsOverSockets(): Asked[] {
  const asked: Asked[] = [];
  const note = (message: unknown) => {
    const { socket, url = '' } = (message as { request: IncomingMessage }).request;
    asked.push({ port: socket.localPort, path: url.split('?')[0] ?? '' });
  };
  diagnostics.subscribe('http.server.request.start', note);
  onTestFinished(() => void diagnostics.unsubscribe('http.server.request.start', note));
  return asked;
}

/** The main job of a user of a whole system in this process. @returns requests over sockets between its services */
async function requestsBetweenServices(environment: Record<string, string>): Promise<readonly Asked[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-local-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const offset = await freePortOffset();
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    PORT_OFFSET: String(offset),
    ...environment,
  });
  const asked = requestsOverSockets();
  const system = await startAll(config);
  onTestFinished(() => system.stop());
  const token = (await developmentToken(system.runtime, 'alice')) ?? '';
  const gateway = servicePorts.gateway + offset;
  const client = createGraphClient(`http://127.0.0.1:${gateway}`, token);
  onTestFinished(() => client.close());
  const id = await createDraft(client, { content: 'It rained on the harbour. The ferry was late.' });
  await untilState(client, id, 'COMPLETED');
  await compileBook(client, { bookId: 'my-novel' });
  const [node] = (await coreQuery(client, { filter: { type: 'chapter_draft' } })).nodes;
  const expanded = node?.derived.nodes.map(({ content }) => content?.data?.expanded);
  expect(expanded).toContainEqual(expect.stringContaining('ferry'));
  const read = await fetch(`http://127.0.0.1:${gateway}/api/v1/blobs/${id}/text`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([read.status, await read.text()]).toEqual([200, expect.stringContaining('ferry')]);
  return asked.filter(({ port, path }) => port !== gateway && !PROBES.has(path));
}

it('the services of one process ask each other without a socket', async () => {
  expect(await requestsBetweenServices({})).toEqual([]);
});

it('and over sockets where that is set', async () => {
  const asked = await requestsBetweenServices({ LOCAL_CALLS: 'false' });
  expect(asked.map(({ path }) => path)).toContain('/graphql');
});
