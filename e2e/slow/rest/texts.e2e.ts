import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { path } from '../../../platform/ids/service-path.ts';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, createBlob, createDraft, untilState } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';

let system: SharedSystem;
let alice: GraphClient;
let bob: GraphClient;
/** Ids of blobs by kind. */
const ids = { draft: '', expansion: '', book: '', pitch: '', note: '' };
const CONTENT =
  'The rain had a plan – 漢字 😀. Mara read the letter twice, folded it, and walked down to the boats.';

const DERIVED = 'query ($id: ID!) { blob(id: $id) { derived { nodes { id processorId } } } }';
const PITCH = `mutation ($id: ID!) { buildPitch(input: { blobId: $id }) { blob { id } userErrors { message } } }`;

beforeAll(async () => {
  system = await sharedSystem();
  [alice, bob] = [await system.client(), await system.client()];
  ids.draft = await createDraft(alice, { book: 'novel', chapter: 1, content: CONTENT });
  await untilState(alice, ids.draft, 'COMPLETED');
  type Derived = { blob: { derived: { nodes: { id: string; processorId: string }[] } } };
  const { blob } = await alice.query<Derived>(DERIVED, { id: ids.draft });
  ids.expansion = blob.derived.nodes.find(({ processorId }) => processorId === 'text-expansion')?.id ?? '';
  ids.book = (await compileBook(alice, { bookId: 'novel' })).compiledBook?.id ?? '';
  const built = await alice.query<{ buildPitch: { blob: { id: string } } }>(PITCH, { id: ids.book });
  ids.pitch = built.buildPitch.blob.id;
  await untilState(alice, ids.pitch, 'COMPLETED');
  const note = await createBlob(alice, { type: 'thing', schemaId: 'note-v1', data: { text: 'Buy ink.' } });
  ids.note = note.blob?.id ?? '';
});
afterAll(() => system?.leave());

const ask = (client: GraphClient | null, id: string, init: RequestInit = {}) =>
  fetch(`${system.urls.gateway}${path`/api/v1/blobs/${id}/text`}`, {
    ...init,
    headers: { ...(client && { authorization: `Bearer ${client.token}` }), ...init.headers },
  });

/** A problem document without members that differ between requests. */
async function problemOf(answer: Response): Promise<object> {
  const { instance: _, request_id: __, ...problem } = (await answer.json()) as Record<string, unknown>;
  return problem;
}

interface Contents {
  readonly blob: { readonly content: Readonly<Record<string, unknown>> };
}
const CONTENTS = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      content { ... on ExpandedText { data { expanded } } ... on CompiledBook { fullText } ... on Pitch { logline } }
    }
  }
`;
const contentOf = async (id: string) => (await alice.query<Contents>(CONTENTS, { id })).blob.content;

describe('the text of a blob', () => {
  it('is that of a draft, a note, an expansion, a book and a pitch', async () => {
    const read = async (id: string) => {
      const answer = await ask(alice, id);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
      expect(answer.headers.get('cache-control')).toContain('private');
      return answer.text();
    };
    expect(await read(ids.draft)).toBe(CONTENT);
    expect(await read(ids.note)).toBe('Buy ink.');
    expect(await read(ids.expansion)).toBe(
      ((await contentOf(ids.expansion))['data'] as { expanded: string }).expanded,
    );
    expect(await read(ids.book)).toBe((await contentOf(ids.book))['fullText']);
    expect(await read(ids.pitch)).toContain('## Logline');
  });

  it('comes in ranges of its bytes, and not again to those who have it', async () => {
    for (const id of Object.values(ids)) {
      const whole = await ask(alice, id);
      const bytes = Buffer.from(await whole.arrayBuffer());
      const etag = whole.headers.get('etag') ?? '';
      const middle = await ask(alice, id, { headers: { range: 'bytes=3-6', 'if-range': etag } });
      expect([middle.status, middle.headers.get('content-range')]).toEqual([
        206,
        `bytes 3-6/${bytes.length}`,
      ]);
      expect(Buffer.from(await middle.arrayBuffer())).toEqual(bytes.subarray(3, 7));
      const other = await ask(alice, id, { headers: { range: 'bytes=3-6', 'if-range': '"other"' } });
      expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, bytes.length]);
      const beyond = await ask(alice, id, { headers: { range: `bytes=${bytes.length}-` } });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
      const again = await ask(alice, id, { headers: { 'if-none-match': etag } });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
      const head = await ask(alice, id, { method: 'HEAD' });
      expect([
        head.status,
        head.headers.get('content-length'),
        head.headers.get('etag'),
        await head.text(),
      ]).toEqual([...[200, String(bytes.length), etag, '']]);
    }
  });

  it('of another user looks missing, whoever has its tag', async () => {
    const missing = await problemOf(await ask(bob, 'nothing'));
    expect(missing).toMatchObject({ code: 'BLOB_NOT_FOUND' });
    for (const id of Object.values(ids)) {
      const etag = (await ask(alice, id, { method: 'HEAD' })).headers.get('etag') ?? '';
      for (const headers of [{}, { 'if-none-match': etag }, { range: 'bytes=0-1', 'if-range': etag }]) {
        const foreign = await ask(bob, id, { headers });
        expect([foreign.status, await problemOf(foreign)]).toEqual([404, missing]);
      }
      expect((await ask(bob, id, { method: 'HEAD', headers: { 'if-none-match': etag } })).status).toBe(404);
      expect((await ask(null, id)).status).toBe(401);
    }
  });

  it('is missing where the id cannot be one', async () => {
    for (const id of ['..', '%2e%2e', 'a b', '\u0000', 'x'.repeat(200), '{"$ne":null}'])
      expect((await ask(alice, id)).status, id).toBe(404);
  });
});

it('a text that is larger than an answer may be is told where it is, and is there', async () => {
  const client = await system.client();
  const sentence = 'The rain came down on the harbour, and Elspeth — שלום 🥊 — counted boats. ';
  const content = sentence.repeat(Math.floor((3 * 1024 * 1024) / Buffer.byteLength(sentence)));
  const cancel = `mutation ($id: ID!) {
    cancelProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code } }
  }`;
  for (const chapter of [1, 2, 3]) {
    const id = await createDraft(client, { book: 'long', chapter, content });
    // The book is compiled of the drafts themselves: their expansions would take most of the time.
    expect(await client.query(cancel, { id })).toEqual({ cancelProcessing: { userErrors: [] } });
  }
  type Compiled = { compileBook: { compiledBook: { id: string } | null } | null };
  const COMPILE = `mutation {
    compileBook(input: { bookId: "long", useExpanded: false, idempotencyKey: "long-1" }) { compiledBook { id } }
  }`;
  let id = '';
  // A busy machine may need more time than a request has: it is repeated with its key.
  await vi.waitFor(
    async () => {
      const { data } = await client.request<Compiled>(COMPILE);
      id = data?.compileBook?.compiledBook?.id ?? '';
      expect(id).not.toBe('');
    },
    { timeout: 240_000, interval: 500 },
  );
  const { errors } = await client.request(
    'query ($id: ID!) { blob(id: $id) { content { ... on CompiledBook { fullText } } } }',
    { id },
  );
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
  expect(errors?.[0]?.message).toContain('`/api/v1/blobs/{id}/text`');
  // Uncompressed: compressed answers have no length.
  const answer = await ask(client, id, { headers: { 'accept-encoding': 'identity' } });
  const text = await answer.text();
  expect([answer.status, answer.headers.get('content-length')]).toEqual([
    200,
    String(Buffer.byteLength(text)),
  ]);
  expect(text.split(content.trim())).toHaveLength(4);
}, 600_000);
