import type { GraphClient } from '../harness/client.ts';
import type { Kind } from './release.ts';
import {
  compile,
  create,
  describeBook,
  draft,
  mutate,
  operator,
  remove,
  settled,
  until,
  users,
  type Writer,
} from './writing.ts';

const STORM =
  '# The Storm\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';
const CALM =
  'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\n\n“Whose?” said Ruan.';
const LETTER =
  'Dear Ruan,\n\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉';

/** Long words in long sentences, and somewhat less so. */
const HARD = [
  'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody.',
  'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine.',
];

/** Stores a draft and waits until its run is done. */
async function expanded(client: GraphClient, input: Parameters<typeof draft>[0]): Promise<string> {
  const id = await create(client, draft(input));
  await settled(client, id);
  return id;
}

/** Writes two books: one in two versions, with a chapter rewritten in between, and one of drafts only. */
async function writePlain(client: GraphClient): Promise<void> {
  const chapters = ['The Storm', 'The Calm', 'The Letter'].map((title, index) => ({
    chapterNum: index + 1,
    title,
  }));
  await describeBook(client, { id: 'my-novel', title: 'The Harbour & “the Sea”', chapters });
  for (const [index, content] of [STORM, CALM, LETTER].entries())
    await expanded(client, {
      title: `Draft ${index + 1}`,
      content,
      book: 'my-novel',
      chapter: index + 1,
      key: `novel-${index + 1}`,
    });
  await compile(client, { bookId: 'my-novel', author: 'A. Writer', idempotencyKey: 'first-version' });
  await expanded(client, {
    title: 'Draft 2, again',
    content: `${CALM}\n\nIt was hers.`,
    book: 'my-novel',
    chapter: 2,
  });
  await compile(client, { bookId: 'my-novel' });
  await expanded(client, { title: 'Only', content: STORM, book: 'drafts-alone', chapter: 1, key: 'only' });
  await compile(client, { bookId: 'drafts-alone', useExpanded: false, title: 'As it was written' });
  await expanded(client, { title: 'Of no book', content: LETTER });
  for (const content of HARD) await expanded(client, { title: content.slice(0, 40), content });
}

const message = (content: string, rest: object = {}): object => ({
  type: 'message',
  schemaId: 'message-v1',
  data: { content },
  ...rest,
});

/** Writes a stale book, a conversation, notes with an operator's schema, and a deleted blob. */
async function writeOdd(client: GraphClient): Promise<void> {
  await expanded(client, { title: 'Kept', content: CALM, book: 'my-novel', chapter: 1, key: 'one' });
  const second = { title: 'Deleted', content: STORM, book: 'my-novel', chapter: 2, key: 'two' };
  const deleted = await expanded(client, second);
  await compile(client, { bookId: 'my-novel', idempotencyKey: 'goes-stale' });
  await remove(client, deleted);
  await create(client, message('How does it end?', { conversationId: 'talk/1', idempotencyKey: 'ask' }));
  await create(client, message('With the boats.', { conversationId: 'talk/1' }));
  await create(client, { type: 'note', schemaId: 'note-v1', data: { $ref: 'x', list: [1, 2.5, null] } });
  const gone = await create(client, { type: 'note', schemaId: 'note-v1', data: { content: 'Not for long' } });
  await remove(client, gone);
}

const SCHEMA = `mutation ($input: RegisterSchemaInput!) {
  registerSchema(input: $input) { schema { id version } userErrors { field code message } }
}`;
const PROCESSOR = `mutation ($input: RegisterProcessorInput!) {
  registerProcessor(input: $input) { processor { id } userErrors { field code message } }
}`;

/** Registers an operator's schema in two versions, with a blob of each, and a processor that gets no work. */
async function writeRegistries(client: GraphClient, user: GraphClient): Promise<void> {
  for (const [version, required] of [
    ['1.0.0', ['place']],
    ['1.1.0', ['place', 'seen']],
  ] as const) {
    const definition = {
      title: 'Field notes',
      type: 'object',
      required,
      properties: { place: { type: 'string' }, seen: { type: 'integer' } },
    };
    await mutate(client, 'registerSchema', SCHEMA, {
      input: { id: 'field-notes-v1', version, definition, compatibility: 'NONE' },
    });
    const data = Object.fromEntries(required.map((name) => [name, name === 'seen' ? 3 : 'harbour']));
    await create(user, { type: 'field_note', schemaId: 'field-notes-v1', title: `By ${version}`, data });
  }
  await mutate(client, 'registerProcessor', PROCESSOR, {
    input: {
      id: 'word-stats',
      name: 'Word statistics',
      description: 'Not running any more.',
      version: '3',
      storageType: 'POSTGRESQL',
      connectionString: 'postgres://stats:secret@db.example.com/stats',
      databaseName: 'word_stats',
      inputSchemaIds: ['field-notes-v1', 'expanded-text-v1'],
      outputSchemaId: 'note-v1',
      graphqlType: 'WordStats',
      baseUrl: 'http://127.0.0.1:9',
      eventSubscriptions: ['blob.created', 'blob.indexed'],
      active: false,
    },
  });
}

const ERASE = `mutation ($id: ID!) { deleteUser(id: $id) { erasure { state } userErrors { field code message } } }`;
export const ERASURE = 'query ($id: ID!) { userErasure(id: $id) { state finishedAt } }';

async function eraseUser(client: GraphClient, user: GraphClient): Promise<void> {
  await expanded(user, { title: 'Of someone who left', content: CALM, book: 'left', chapter: 1 });
  await mutate(client, 'deleteUser', ERASE, { id: users.erased });
  await until('The erasure', async () => {
    const answer = await client.query<{ userErasure: { state: string } }>(ERASURE, { id: users.erased });
    return answer.userErasure.state === 'COMPLETED' ? true : undefined;
  });
}

/** Writes a text whose expansion exceeds a MongoDB document, and compresses well. */
async function writeLarge({ model }: Writer, client: GraphClient): Promise<void> {
  model.always({ kind: 'answer', streamed: false, text: (section) => `${section}\n\n`.repeat(5).trim() });
  const paragraph = `${'The tide came in, and the tide went out. '.repeat(40).trim()}\n\n`;
  await expanded(client, { title: 'Large', content: paragraph.repeat(2_000).trim(), key: 'large' });
  model.always({ kind: 'answer' });
}

/** Writes data without open work. */
export async function writeFinished(writer: Writer): Promise<void> {
  const { system } = writer;
  const operating = await operator(system);
  const [plain, odd] = [await system.client(users.plain), await system.client(users.odd)];
  await writePlain(plain);
  await writeOdd(odd);
  // Before the processor that never answers is registered, as an erasure waits for all.
  await eraseUser(operating, await system.client(users.erased));
  await writeRegistries(operating, odd);
}

const LIVE = '{ blobs(first: 1) { liveCursor } }';

/** Writes blobs that a model made, or refused. The system must have been restarted with the model. */
export async function writeByModel(writer: Writer, kind: Kind) {
  const { system, model } = writer;
  const odd = await system.client(users.odd);
  if (kind === 'servers') await writeLarge(writer, odd);
  const { blobs } = await odd.query<{ blobs: { liveCursor: string } }>(LIVE);
  model.always({ kind: 'status', status: 401 });
  const failed = await create(odd, draft({ title: 'The model refuses', content: STORM, key: 'refused' }));
  await settled(odd, failed);
  model.always({ kind: 'answer' });
  return { after: blobs.liveCursor, failed };
}
