import { derivedBlobId } from '../../platform/ids/ids.ts';
import type { GraphClient } from '../harness/client.ts';
import type { Intervention, SeenRequest } from '../harness/proxy.ts';
import type { Unfinished } from './release.ts';
import { compile, create, describeBook, draft, until, users, type Writer } from './writing.ts';

const CONTENT = 'The boats lay on their sides in the mud. Ruan waited for the water to come back.';
const BOOK = { id: 'not-entered', title: 'Not entered' };
const KEPT_BACK = 'Kept from the index';
const UNHEARD = 'Its answer was lost';

/** Calls that register a processor's results. */
const REGISTERING = ['/api/v1/blob-index', '/api/v1/runs/finish'];

function intervention({ method, path, body }: SeenRequest): Intervention {
  if (method !== 'POST' || !REGISTERING.includes(path)) return 'pass';
  switch ((body as { title?: string }).title) {
    case KEPT_BACK:
      return 'hold-request';
    case UNHEARD:
      return 'hold-response';
    case BOOK.title:
      return 'refuse';
    default:
      return 'pass';
  }
}

/** Leaves two expansions stored but not registered. */
async function writeUnregistered({ system }: Writer, client: GraphClient) {
  const proxy = system.proxy('state');
  const found: { draftId: string; id: string }[] = [];
  for (const title of [KEPT_BACK, UNHEARD]) {
    const held = proxy.nextHeld();
    const draftId = await create(client, draft({ title, content: CONTENT, key: title }));
    await held;
    found.push({ draftId, id: derivedBlobId(draftId, 'text-expansion', '1') });
  }
  return found;
}

/** Leaves more runs open than run at once: the model answers the first only in part. */
async function writeRunning({ model }: Writer, client: GraphClient): Promise<string[]> {
  model.always({ kind: 'stall', text: 'The boats' });
  const before = model.requests.length;
  const ids: string[] = [];
  for (let number = 1; number <= 6; number += 1)
    ids.push(await create(client, draft({ title: `Under way ${number}`, content: CONTENT })));
  await until('The model', async () => (model.requests.length > before ? true : undefined));
  return ids;
}

const BURST = 16;

/** Stores drafts until the system is killed: the last events are not published. */
async function writeBurst({ system }: Writer, client: GraphClient): Promise<string[]> {
  const stored: string[] = [];
  const sent = Array.from({ length: BURST }, async (_, index) => {
    const title = `In the last moment ${index + 1}`;
    stored.push(await create(client, draft({ title, content: CONTENT, key: `last-${index + 1}` })));
    if (stored.length === 1) system.process('state').signal('SIGKILL');
  });
  await Promise.allSettled(sent);
  await system.process('state').kill();
  return stored;
}

/** Kills the system during all kinds of work. */
export async function writeUnfinished(writer: Writer): Promise<Unfinished> {
  const { system } = writer;
  const client = await system.client(users.interrupted);
  system.proxy('state').intervene(intervention);
  const unregistered = await writeUnregistered(writer, client);
  await describeBook(client, { ...BOOK, chapters: [{ chapterNum: 1, title: 'Mud' }] });
  const chapter = { title: 'Mud', content: CONTENT, book: BOOK.id, chapter: 1, key: 'mud' };
  const mud = await create(client, draft(chapter));
  const book = await compile(client, { bookId: BOOK.id, useExpanded: false });
  const running = await writeRunning(writer, client);
  const burst = await writeBurst(writer, client);
  const drafts = [...unregistered.map(({ draftId }) => draftId), mud, ...running, ...burst];
  return {
    userId: users.interrupted,
    drafts,
    running,
    unregistered,
    book: { ...book, bookId: BOOK.id },
  };
}
