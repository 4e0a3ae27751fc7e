import { parseArgs } from 'node:util';
import { startOpenAiServer } from '../../platform/model/testing/openai-server.ts';
import { exitWith, UsageError } from '../../platform/process/exit.ts';
import { startSystem } from '../harness/system.ts';
import { dumpMongo } from './dump/mongodb.ts';
import { dumpEmbedded, dumpServer } from './dump/servers.ts';
import { ERASURE, writeByModel, writeFinished } from './finished.ts';
import { CONNECTION_KEY, type Expected, type Kind, keep, kinds, type Release } from './release.ts';
import { writeUnfinished } from './unfinished.ts';
import { exportedBook, shortened, type UserView, viewUser } from './view.ts';
import { operator, until, users, type Writer } from './writing.ts';

/**
 * `npm run upgrade:data -- NAME`: stores data of this release, so that tests of later ones can open it. Needs `npm run
 * services -- up`.
 */

const OPERATED = `{
  schemas { id versions }
  processors { id version active createdAt }
  deadLetters(first: 100) { nodes { processorId blobId } }
}`;

async function viewOperated({ system }: Writer) {
  const client = await operator(system);
  const read = () =>
    client.query<
      Pick<Expected, 'schemas' | 'processors'> & { deadLetters: { nodes: Expected['deadLetters'] } }
    >(OPERATED);
  const { deadLetters, ...rest } = await until('The dead letters', async () => {
    const answer = await read();
    return answer.deadLetters.nodes.length > 0 ? answer : undefined;
  });
  const { userErasure } = await client.query<{ userErasure: { state: string; finishedAt: string } }>(
    ERASURE,
    {
      id: users.erased,
    },
  );
  return { ...rest, deadLetters: deadLetters.nodes, erased: { id: users.erased, ...userErasure } };
}

async function viewUsers({ system }: Writer): Promise<UserView[]> {
  const views: UserView[] = [];
  for (const user of [users.plain, users.odd]) views.push(await viewUser(await system.client(user), user));
  return views;
}

async function viewExports({ system }: Writer, views: readonly UserView[]): Promise<Expected['exports']> {
  const books = views.flatMap(({ userId, blobs }) =>
    blobs.filter(({ type }) => type === 'compiled_book').map(({ id }) => ({ userId, id })),
  );
  return Promise.all(
    books.map(async (book) => {
      const client = await system.client(book.userId);
      return { ...book, text: shortened(await exportedBook(system, client, book.id)) };
    }),
  );
}

/** Writes all data, and kills the system during work. */
async function writeAll(writer: Writer, kind: Kind): Promise<Expected> {
  const { system, model } = writer;
  await writeFinished(writer);
  await system.restart('state', { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model' });
  const { after, failed } = await writeByModel(writer, kind);
  // Exports show in their book's runs once they are requested.
  const exports = await viewExports(writer, await viewUsers(writer));
  const views = await viewUsers(writer);
  const operated = await viewOperated(writer);
  const unfinished = await writeUnfinished(writer);
  return {
    writtenAt: new Date().toISOString(),
    users: views,
    resume: { after, blobId: failed },
    failed: { model: { userId: users.odd, draftId: failed } },
    model: 'test-model-1',
    unfinished,
    exports,
    ...operated,
    // On servers, NATS has them, whose data is not stored.
    deadLetters: kind === 'embedded' ? operated.deadLetters : [],
  };
}

async function dump({ system }: Writer, kind: Kind): Promise<Omit<Release, 'expected'>> {
  if (kind === 'embedded') return { databases: await dumpEmbedded(system.dataDir), collections: new Map() };
  const { POSTGRES_URL = '', MONGO_URL = '', NAMESPACE = '' } = system.environment;
  return {
    databases: await dumpServer(POSTGRES_URL, NAMESPACE),
    collections: await dumpMongo(MONGO_URL, NAMESPACE),
  };
}

/** Whether outboxes have unpublished events, as the system must be killed before they are published. */
const hasWaiting = ({ databases, collections }: Omit<Release, 'expected'>): boolean =>
  [
    databases.get('state') ?? '',
    ...[...(collections.get('state') ?? [])].map(([, { documents }]) => documents),
  ].some((text) => /"outbox":\[\{|\[\{"(body|kind)"/.test(text));

async function write(name: string, kind: Kind): Promise<void> {
  const model = await startOpenAiServer();
  const system = await startSystem(kind === 'embedded' ? 'embedded' : 'real', {
    intercept: ['state'],
    environment: { CONNECTION_KEY, RECONCILE_EVERY_SECONDS: '0' },
  });
  try {
    const writer = { system, model };
    const expected = await writeAll(writer, kind);
    const stores = await dump(writer, kind);
    if (!hasWaiting(stores)) throw new Error('No event waits in an outbox: run it again');
    console.log(`${kind}: ${keep(name, kind, { ...stores, expected })}`);
  } finally {
    await system.stop();
    await model.close();
  }
}

try {
  const [name, ...more] = parseArgs({ allowPositionals: true }).positionals;
  if (name === undefined || more.length > 0 || !/^[\w.-]+$/.test(name))
    throw new UsageError('npm run upgrade:data -- NAME, e.g. 0.2.0');
  for (const kind of kinds) await write(name, kind);
} catch (error) {
  exitWith(error);
}
