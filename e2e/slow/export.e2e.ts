import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { GraphClient } from '../harness/client.ts';
import { compileBook, createBlob, createDraft, deleteBlob, untilState } from '../harness/operations.ts';
import { mainJob, type System, startSystem } from '../harness/system.ts';
import { untilProcessed, uploadPicture } from '../harness/uploads.ts';
import { type Manifest, readExport, unzipped } from './archive.fixture.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'), {
    services: [...mainJob, 'image-processor'],
    intercept: ['text-expansion'],
  });
});
afterAll(() => system?.stop());

const ask = (client: GraphClient, signal?: AbortSignal) =>
  fetch(`${client.gateway}/api/v1/users/me/export`, {
    headers: { authorization: `Bearer ${client.token}` },
    ...(signal ? { signal } : {}),
  });

async function download(client: GraphClient): Promise<Buffer> {
  const answer = await ask(client);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/zip');
  expect(answer.headers.get('cache-control')).toContain('no-store');
  return Buffer.from(await answer.arrayBuffer());
}

const SEEN = /* GraphQL */ `
  { blobs(first: 100) { totalCount nodes {
    id title preview processorId
    content { __typename ... on UserBlob { body } ... on ExpandedText { data { expanded } } ... on CompiledBook { fullText } }
  } } }
`;

interface Seen {
  readonly blobs: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly id: string;
      readonly title: string;
      readonly preview: string;
      readonly processorId: string;
      readonly content: {
        readonly __typename: string;
        readonly body?: object;
        readonly data?: { readonly expanded: string };
        readonly fullText?: string;
      };
    }[];
  };
}

const NAMES = /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}._ /-]*$/u;

it('an export is all that the graph shows, and nothing of another', async () => {
  const [client, other] = await Promise.all([system.client(), system.client()]);
  const secret = `secret${randomBytes(8).toString('hex')}`;
  const note = {
    type: 'message',
    schemaId: 'message-v1',
    data: { content: '\u202e../../etc/passwd\\ "x"' },
  };
  const noted = await createBlob(client, {
    ...note,
    title: '\u202e../../..\\evil',
    conversationId: '../talk',
  });
  expect(noted.userErrors).toEqual([]);
  const drafts = [
    await createDraft(client, { content: `# One\n\n${secret} It rained.` }),
    await createDraft(client, { content: `# Two\n\nIt went on. ${'word '.repeat(100_000)}`, chapter: 2 }),
  ];
  const gone = await createDraft(client, { content: 'Deleted before.', chapter: 3 });
  await createDraft(other, { content: '# Mine\n\nOf nobody else.' });
  for (const id of drafts) await untilState(client, id, 'COMPLETED', 120_000);
  await untilState(client, gone, 'COMPLETED');
  expect((await deleteBlob(client, gone)).userErrors).toEqual([]);
  const picture = await sharp({ create: { width: 700, height: 400, channels: 3, background: '#c83' } })
    .png()
    .toBuffer();
  const { blobId: image } = await uploadPicture(client, picture);
  await untilProcessed(client, image);
  const { compiledBook } = await compileBook(client, { bookId: 'my-novel', useExpanded: false });
  const made =
    'mutation ($id: ID!) { exportBook(input: { compiledBookId: $id, format: MARKDOWN }) { userErrors { code } } }';
  await client.query(made, { id: compiledBook?.id });
  const state =
    'query ($id: ID!) { blob(id: $id) { content { ... on CompiledBook { exports { format state } } } } }';
  interface Exports {
    blob: { content: { exports: { format: string; state: string }[] } };
  }
  await expect
    .poll(async () => (await client.query<Exports>(state, { id: compiledBook?.id })).blob.content.exports, {
      timeout: 60_000,
    })
    .toContainEqual({ format: 'MARKDOWN', state: 'READY' });

  const { blobs } = await client.query<Seen>(SEEN);
  const { files, manifest, entries, contents, books } = await readExport(await download(client));
  expect(manifest).toMatchObject({ format_version: 1, complete: true, missing: [] });
  expect(manifest.counts).toMatchObject({
    entries: blobs.totalCount,
    contents: blobs.totalCount,
    books: 1,
    conversations: 1,
  });
  expect(entries.map(({ id }) => id)).toEqual(blobs.nodes.map(({ id }) => id));
  for (const { id, title, preview, content } of blobs.nodes) {
    expect(entries.find((entry) => entry.id === id)).toMatchObject({ title, preview });
    const blob = contents.get(id);
    if (content.body) expect(blob?.['data']).toEqual(content.body);
    if (content.data) expect(blob?.['data']).toMatchObject({ expanded: content.data.expanded });
    if (content.fullText)
      expect(JSON.stringify(blob)).toContain(JSON.stringify(content.fullText).slice(1, 200));
  }
  expect(books).toMatchObject([{ id: 'my-novel', chapters: [{ draft_blob_id: drafts[0] }, {}] }]);
  const bytesOf = [...files].filter(([path]) => path.startsWith('files/'));
  expect(bytesOf.some(([, bytes]) => bytes.equals(picture))).toBe(true);
  expect(bytesOf.some(([path, bytes]) => path.endsWith('.md') && bytes.includes(secret))).toBe(true);
  for (const path of files.keys()) {
    expect(path).toMatch(NAMES);
    for (const part of path.split('/')) expect(part).toMatch(/^[^. ].*[^. ]$/);
  }

  const others = await unzipped(await download(other));
  for (const bytes of others.values())
    for (const foreign of [secret, image, ...drafts]) expect(bytes.includes(foreign)).toBe(false);
  const nobody = await readExport(await download(await system.client()));
  expect(nobody.manifest.counts.entries).toBe(0);
  expect((await fetch(`${client.gateway}/api/v1/users/me/export`)).status).toBe(401);
}, 240_000);

it('a processor that is down is named, and the rest is there', async () => {
  const client = await system.client();
  const draft = await createDraft(client, { content: 'It rained.' });
  await untilState(client, draft, 'COMPLETED', 120_000);
  const proxy = system.proxy('text-expansion');
  proxy.intervene(({ path }) => (path.startsWith('/blobs') ? 'refuse' : 'pass'));
  try {
    const { manifest, contents, entries } = await readExport(await download(client));
    expect(entries).toHaveLength(2);
    expect([...contents.keys()]).toEqual([draft]);
    expect(manifest.complete).toBe(false);
    expect(manifest.missing).toMatchObject([
      { kind: 'content', processor_id: 'text-expansion', code: 'SERVICE_UNAVAILABLE', count: 1 },
    ] satisfies Partial<Manifest['missing'][number]>[]);
  } finally {
    proxy.release();
  }
}, 180_000);

it('a user has one at a time; one that nobody reads to its end makes room', async () => {
  const client = await system.client();
  const words = randomBytes(2_000_000).toString('base64');
  for (let chapter = 1; chapter <= 8; chapter += 1)
    expect(
      (
        await createBlob(client, {
          type: 'message',
          schemaId: 'message-v1',
          data: { content: `${chapter} ${words}` },
        })
      ).userErrors,
    ).toEqual([]);
  const first = new AbortController();
  const begun = await ask(client, first.signal);
  expect(begun.status).toBe(200);
  const second = await ask(client);
  expect(second.status).toBe(409);
  expect(await second.text()).toContain('EXPORT_UNDER_WAY');
  expect((await ask(await system.client())).status).toBe(200);
  first.abort();
  let whole: Response | undefined;
  await expect
    .poll(
      async () => {
        whole = await ask(client);
        if (whole.status !== 200) await whole.text();
        return whole.status;
      },
      { timeout: 30_000 },
    )
    .toBe(200);
  const { contents } = await readExport(Buffer.from(await (whole as Response).arrayBuffer()));
  expect(contents.size).toBe(8);
}, 180_000);
