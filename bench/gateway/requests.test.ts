import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askOnce } from './measure.ts';
import { ownAlone } from './peers/own.ts';
import type { Gateway } from './peers/peer.ts';
import { type Stubs, startStubs } from './stubs/stubs.ts';
import { lineage } from './workloads.ts';

let folder: string;
let stubs: Stubs;
let gateway: Gateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-'));
  stubs = await startStubs('lineage', folder);
  gateway = await ownAlone.start({ ...stubs, folder });
});

afterAll(async () => {
  await gateway.stop();
  await stubs.stop();
  await rm(folder, { recursive: true, force: true });
});

const ask = (blobs: number) => askOnce({ name: ownAlone.name, gateway }, lineage(blobs), () => ({}), stubs);

test('each subgraph gets one request, however many blobs there are', async () => {
  for (const blobs of [1, 20, 1_000]) {
    const { answer, asking } = await ask(blobs);
    expect(answer).toMatchObject({ data: { blobs: { nodes: { length: blobs } } } });
    expect(asking).toEqual({ requests: 3, representations: 2 * blobs });
  }
});

test('requests are reported once', async () => {
  const { bodies } = await ask(1);
  expect([...bodies.keys()].sort()).toEqual(['book-compiler', 'state', 'text-expansion']);
  for (const { requests } of await stubs.take()) expect(requests).toBe(0);
});
