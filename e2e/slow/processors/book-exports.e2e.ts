import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Change, SUBSCRIPTION } from '../../harness/changes.ts';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, coreQuery, createDraft } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';
import { untilProcessed, uploadPicture } from '../../harness/uploads.ts';

let system: SharedSystem;

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());

const STORM =
  '# The Storm\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';

interface Export {
  readonly format: string;
  readonly url: string;
  readonly state: string;
  readonly sizeBytes: number | null;
  readonly error: object | null;
}

interface Shown {
  readonly processing: {
    readonly runs: readonly { readonly artifact: string | null; readonly state: string }[];
  };
  readonly content: {
    readonly fullText: string;
    readonly exportUrl: string;
    readonly exports: readonly Export[];
  };
}

const BOOK = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      processing { runs { artifact state error { message } } }
      content {
        ... on CompiledBook { fullText exportUrl exports { format url state sizeBytes error { message } } }
      }
    }
  }
`;

const read = async (client: GraphClient, id: string): Promise<Shown> =>
  (await client.query<{ blob: Shown }>(BOOK, { id })).blob;

/** Compiles a book of one draft. @returns its id */
async function compiled(client: GraphClient): Promise<string> {
  await createDraft(client, { content: STORM });
  const { compiledBook, userErrors } = await compileBook(client, { bookId: 'my-novel', useExpanded: false });
  expect(userErrors).toEqual([]);
  return compiledBook?.id ?? '';
}

it('a book is a file at the address that its entry shows, for its owner alone', async () => {
  const client = await system.client();
  const id = await compiled(client);
  const { content: before } = await read(client, id);
  expect(before.exports.map(({ state, sizeBytes }) => [state, sizeBytes])).toEqual(
    before.exports.map(() => ['MISSING', null]),
  );
  const url = `${system.urls.gateway}${before.exportUrl}`;
  const get = (token: string, headers: Record<string, string> = {}) =>
    fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const answers = await Promise.all(Array.from({ length: 5 }, () => get(client.token)));
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(before.fullText);
  }
  expect(answers[0]?.headers.get('content-disposition')).toMatch(/^attachment; filename=".*\.md"/);
  const of = async (format: string) =>
    (await read(client, id)).content.exports.find((each) => each.format === format);
  const sizeBytes = Buffer.byteLength(before.fullText);
  await expect.poll(() => of('MARKDOWN')).toMatchObject({ state: 'READY', sizeBytes });
  const etag = answers[0]?.headers.get('etag') ?? '';
  expect((await get(client.token, { 'if-none-match': etag })).status).toBe(304);
  const part = await get(client.token, { range: 'bytes=0-9', 'if-range': etag });
  expect([part.status, await part.text()]).toEqual([206, before.fullText.slice(0, 10)]);
  expect((await get(await system.token('mallory'))).status).toBe(404);
  expect((await fetch(url)).status).toBe(401);
});

const EXPORT = /* GraphQL */ `
  mutation ($id: ID!, $format: ExportFormat!) {
    exportBook(input: { compiledBookId: $id, format: $format }) {
      export { format state } userErrors { field code }
    }
  }
`;

interface Exporting {
  readonly exportBook: {
    readonly export: { readonly format: string; readonly state: string } | null;
    readonly userErrors: readonly object[];
  };
}

/** Requests every format. @returns their names */
async function exportAll(client: GraphClient, id: string): Promise<string[]> {
  const { __type } = await client.query<{ __type: { enumValues: { name: string }[] } }>(
    '{ __type(name: "ExportFormat") { enumValues { name } } }',
  );
  const formats = __type.enumValues.map(({ name }) => name);
  expect(formats).toEqual(expect.arrayContaining(['MARKDOWN', 'HTML', 'EPUB']));
  for (const format of formats) {
    const { exportBook } = await client.query<Exporting>(EXPORT, { id, format });
    expect(exportBook).toMatchObject({ export: { format }, userErrors: [] });
    expect(['MAKING', 'READY']).toContain(exportBook.export?.state);
  }
  return formats;
}

const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  HTML: /^<!DOCTYPE html>/,
  EPUB: /^PK.{28}mimetypeapplication\/epub\+zip/s,
  PDF: /^%PDF-/,
};

/** Expects the files at their signed addresses, without a token. */
async function expectFiles(exports: readonly Export[]): Promise<void> {
  for (const { format, url, sizeBytes } of exports) {
    const answer = await fetch(`${system.urls.gateway}${url}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, bytes.length]).toEqual([200, sizeBytes]);
    expect(bytes.toString('latin1', 0, 100)).toMatch(BEGINNINGS[format] ?? /./);
  }
}

it('each format is made in the background, reports its progress, and is a file at a signed address', async () => {
  const client = await system.client();
  const id = await compiled(client);
  const { liveCursor } = await coreQuery(client);
  const changes = client.subscribe<Change>(SUBSCRIPTION, { filter: { blobId: id }, after: liveCursor });
  const formats = await exportAll(client, id);
  const mallory = await system.client();
  expect((await mallory.query<Exporting>(EXPORT, { id, format: 'EPUB' })).exportBook).toEqual({
    export: null,
    userErrors: [{ field: 'compiledBookId', code: 'BLOB_NOT_FOUND' }],
  });

  const kinds: string[] = [];
  for (let made = 0; made < formats.length; ) {
    const { value } = await changes.next();
    expect(value?.errors).toBeUndefined();
    const kind = value?.data?.blobChanged.kind ?? '';
    kinds.push(kind);
    if (kind === 'COMPLETED') made += 1;
  }
  await changes.return?.();
  expect(kinds).toContain('PROCESSING');
  await expect
    .poll(async () => (await read(client, id)).content.exports.map(({ state, error }) => [state, error]))
    .toEqual(formats.map(() => ['READY', null]));
  const { content, processing } = await read(client, id);
  const runs = processing.runs.filter(({ artifact }) => artifact !== null);
  expect(runs.map(({ state }) => state)).toEqual(formats.map(() => 'COMPLETED'));
  await expectFiles(content.exports);
});

it('a book’s files show its cover and the pictures of its owner’s store, and name all others', async () => {
  const client = await system.client();
  const background = { r: 200, g: 60, b: 40 };
  const bytes = await sharp({ create: { width: 900, height: 1_200, channels: 3, background } })
    .png()
    .toBuffer();
  const { blobId: image } = await uploadPicture(client, bytes);
  await untilProcessed(client, image);
  const content = `# The Lamp\n\n![A lamp](blob:${image})\n\n![A far one](https://example.org/lamp.png)\n\nIt burned.`;
  await createDraft(client, { content });
  const input = { bookId: 'my-novel', useExpanded: false, coverBlobId: image };
  const { compiledBook, userErrors } = await compileBook(client, input);
  expect(userErrors).toEqual([]);
  const query = `query ($id: ID!) { blob(id: $id) {
    content { ... on CompiledBook { exports { format url } } } } }`;
  interface Answer {
    blob: { content: { exports: { format: string; url: string }[] } };
  }
  const { blob } = await client.query<Answer>(query, { id: compiledBook?.id });
  const file = async (format: string) => {
    const { url = '' } = blob.content.exports.find((each) => each.format === format) ?? {};
    const answer = await fetch(`${system.urls.gateway}${url}`);
    expect(answer.status, format).toBe(200);
    return Buffer.from(await answer.arrayBuffer()).toString('latin1');
  };
  // An archive stores file names uncompressed.
  const epub = await file('EPUB');
  for (const path of ['EPUB/cover.jpg', `EPUB/pictures/${image}.jpg`, 'EPUB/colophon.xhtml'])
    expect(epub, path).toContain(path);
  const page = await file('HTML');
  expect(page.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(2);
  expect(page).toContain('alt="A lamp"');
  expect(page).toContain('>A far one</li>');
  expect(page).not.toContain('https://example.org/lamp.png');
});
