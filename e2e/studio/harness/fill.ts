import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { readBookFolder } from '../../../cli/demo/book-folder.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import type { GraphClient } from '../../harness/client.ts';

/** Ids and titles in a filled system, for addresses of the page. */
export interface Filled {
  readonly bookId: string;
  readonly bookTitle: string;
  /** The drafts in the order of the book; the last one is newer than the compiled version. */
  readonly draftIds: readonly string[];
  readonly pictureTitle: string;
}

const POLL_EVERY_MS = 200;
const WITHIN_MS = 240_000;

type Payload<Answer> = Answer & { readonly userErrors: readonly { readonly message: string }[] };

/** Runs a mutation that answers `fields`. @throws when its input is refused */
async function act<Answer = unknown>(
  user: GraphClient,
  [name, type, fields]: readonly [name: string, type: string, fields: string],
  input: object,
): Promise<Answer> {
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { message } } }`;
  const { [name]: payload } = await user.query<Record<string, Payload<Answer>>>(document, { input });
  const [fault] = payload?.userErrors ?? [];
  if (!payload || fault) throw new Error(`${name}: ${fault?.message}`);
  return payload;
}

interface Work {
  readonly blob: { readonly processing: { readonly runs: readonly { readonly state: string }[] } };
}

/** Waits until all that is made of a blob, its files too, is made. @throws when it takes too long */
async function untilDone(user: GraphClient, id: string): Promise<void> {
  const query = 'query ($id: ID!) { blob(id: $id) { processing { runs { state } } } }';
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const { runs } = (await user.query<Work>(query, { id })).blob.processing;
    if (runs.length > 0 && runs.every(({ state }) => state === 'COMPLETED')) return;
    if (Date.now() > deadline) throw new Error(`Not done: ${id} ${JSON.stringify(runs)}`);
    await pause(POLL_EVERY_MS);
  }
}

type Made = { readonly blob: { readonly id: string } };

async function storeDraft(
  user: GraphClient,
  bookId: string,
  { chapterNum, title, text }: { chapterNum: number; title: string; text: string },
): Promise<string> {
  const { blob } = await act<Made>(user, ['createBlob', 'CreateBlobInput', 'blob { id }'], {
    type: 'chapter_draft',
    schemaId: 'text-input-v1',
    title,
    data: { content: text, metadata: { book_id: bookId, chapter_num: chapterNum } },
  });
  await untilDone(user, blob.id);
  return blob.id;
}

/** A river at night, the same each time. */
const RIVER = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1200">
  <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#141c3a"/><stop offset="0.6" stop-color="#46527f"/><stop offset="1" stop-color="#c98f6b"/>
  </linearGradient></defs>
  <rect width="800" height="1200" fill="url(#sky)"/>
  <circle cx="590" cy="240" r="70" fill="#f3e6c4"/>
  <path d="M0 760 Q200 700 400 745 T800 720 V1200 H0 Z" fill="#1d2748"/>
  <path d="M0 900 Q260 860 520 905 T800 890 V1200 H0 Z" fill="#10172e"/>
  <path d="M250 850 H560 L515 925 H300 Z" fill="#e9e0cd"/><path d="M400 620 V850" stroke="#e9e0cd" stroke-width="10"/>
</svg>`;

async function storePicture(user: GraphClient, bookId: string): Promise<string> {
  const bytes = await sharp(Buffer.from(RIVER)).resize(800).jpeg().toBuffer();
  type Asked = { readonly upload: { readonly id: string; readonly url: string } };
  const { upload } = await act<Asked>(user, ['requestUpload', 'RequestUploadInput', 'upload { id url }'], {
    idempotencyKey: 'river',
    fileName: 'river.jpg',
    contentType: 'image/jpeg',
    sizeBytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    title: 'The river at night',
    altText: 'A ferry on a dark river below a large moon',
    bookId,
  });
  const sent = await fetch(new URL(upload.url, user.gateway), {
    method: 'PUT',
    headers: { 'content-type': 'image/jpeg' },
    body: new Uint8Array(bytes),
  });
  if (!sent.ok) throw new Error(`The upload was answered ${sent.status}`);
  const { blob } = await act<Made>(user, ['completeUpload', 'CompleteUploadInput', 'blob { id }'], {
    uploadId: upload.id,
  });
  await untilDone(user, blob.id);
  return blob.id;
}

/** Fills a system with the demo book: drafts, expansions, a cover, two versions, files and a pitch; the same each time. */
export async function fill(user: GraphClient): Promise<Filled> {
  const { bookId, title, chapters } = await readBookFolder(projectFile('cli', 'demo', 'story'));
  await act(user, ['createBook', 'CreateBookInput', ''], {
    id: bookId,
    title,
    author: 'Mara Lindqvist',
    chapters: chapters.map(({ chapterNum, title }) => ({ chapterNum, title })),
  });
  const draftIds: string[] = [];
  for (const chapter of chapters) draftIds.push(await storeDraft(user, bookId, chapter));
  const coverBlobId = await storePicture(user, bookId);
  await act(user, ['updateBook', 'UpdateBookInput', ''], { id: bookId, coverBlobId });
  const compile = ['compileBook', 'CompileBookInput', 'compiledBook { id }'] as const;
  await act(user, compile, { bookId });
  const last = chapters.at(-1);
  if (!last) throw new Error('The story has no chapters');
  const text = `${last.text}\n\nShe closed the ledger, and the bell on the near bank rang once.\n`;
  draftIds.push(await storeDraft(user, bookId, { ...last, text }));
  const { compiledBook } = await act<{ compiledBook: { id: string } }>(user, compile, { bookId });
  for (const format of ['EPUB', 'PDF'])
    await act(user, ['exportBook', 'ExportBookInput', ''], { compiledBookId: compiledBook.id, format });
  const pitch = await act<Made>(user, ['buildPitch', 'BuildPitchInput', 'blob { id }'], { bookId });
  await untilDone(user, pitch.blob.id);
  await untilDone(user, compiledBook.id);
  return { bookId, bookTitle: title, draftIds, pictureTitle: 'The river at night' };
}
