import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventLog } from '../../event-log/log.ts';
import { encodeCursor } from '../../events/cursor.ts';
import { toUserMessage, type UserEvent } from '../../events/user-events.ts';
import { toWritten, writtenSubject } from '../../events/written.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { blobMessage, bookMessage } from '../../testing/events.ts';
import { allChanges, type Change } from '../change.ts';
import { type ChangeFeed, openChangeFeed } from '../feed.ts';
import { type Stress, stress, WANTED } from './feed.stress.fixture.ts';

const TOTAL = 180;
const HISTORY = 20;

const run = { blob_id: 'draft', processor_id: 'text-expansion', attempt: 1, generation: 0 };

function announce(log: EventLog, userId: string, text: { offset: number; added: string }): void {
  const written = { section: 0, sections: 1, title: null, ...text };
  log.announce(writtenSubject(userId), toWritten(run, written, new Date(0)));
}

/** Declares the tests of the change feed on a log of its own, which `open` opens and `close` takes away. */
export function changeFeedContract({
  open,
  close,
  stressed,
}: {
  open: () => Promise<EventLog>;
  close: () => Promise<void>;
  stressed: Stress;
}): void {
  let log: EventLog;
  let feed: ChangeFeed;

  beforeEach(async () => {
    log = await open();
    feed = openChangeFeed({ log, logger: createLogger('silent'), historySize: HISTORY });
  });

  afterEach(async () => {
    await feed.close();
    await close();
  });

  async function versionsAfter(after: string, through: number): Promise<number[]> {
    const versions: number[] = [];
    const viewer = { userId: 'alice', roles: [] };
    for await (const { version } of feed.subscribe({ viewer, after })) {
      versions.push(version);
      if (version === through) break;
    }
    return versions;
  }

  test('whoever comes in while changes do misses none and has none twice', async () => {
    const cursors = [encodeCursor(await log.head())];
    const following: Promise<number[]>[] = [];
    for (let version = 1; version <= TOTAL; version += 1) {
      await log.publish(blobMessage(`other${version}`, 1, { userId: 'bob' }));
      cursors.push(encodeCursor((await log.publish(blobMessage('a', version))).position));
      const back = version % 60 === 0 ? [0, version - 1, version - HISTORY * 2] : [];
      for (const from of back) following.push(versionsAfter(cursors[from] ?? '', TOTAL));
    }
    const received = await Promise.all(following);
    expect(received).toHaveLength(9);
    for (const versions of received) {
      const first = versions[0] ?? 0;
      expect(versions).toEqual(Array.from({ length: TOTAL - first + 1 }, (_, index) => first + index));
    }
    expect(received.slice(0, 3).map(([first]) => first)).toEqual([1, 60, 21]);
  });

  test('with the shortest of histories, under steady publishing, nobody misses a change', async () => {
    const { subscriptions } = stressed;
    const { faults, published, given } = await stress(log, stressed);
    expect(faults).toEqual([]);
    expect(given).toBe(subscriptions * WANTED);
    expect(published).toBeGreaterThan(100);
  });

  test('who watches is told of all users’ changes, all that the log has, also where its newest message is a replay', async () => {
    const told: string[] = [];
    const unwatch = feed.watch({ changed: ({ change }) => told.push(change.id), missed() {} });
    await log.publish(blobMessage('a', 1));
    await log.publish(blobMessage('b', 1, { userId: 'bob' }));
    await log.publishTo('some-processor', blobMessage('c', 1));
    const { signal } = new AbortController();
    expect(await feed.caughtUp(signal)).toBe(true);
    expect(told).toEqual(['a', 'b']);
    unwatch();
    await log.publish(blobMessage('d', 1));
    expect(await feed.caughtUp(signal)).toBe(true);
    expect(told).toEqual(['a', 'b']);
  });

  test('one cursor leads through changes of blobs and of books, of which each is told once', async () => {
    const after = encodeCursor(await log.head());
    const publish = async (version: number) => {
      await log.publish(blobMessage('a', version, { body: { book_id: 'a' } }));
      for (const message of [bookMessage('a', version), bookMessage('a', version)])
        await log.publish(message);
    };
    for (const version of [1, 2]) await publish(version);
    const viewer = { userId: 'alice', roles: [] };
    async function told(from: string, wanted = allChanges, last = 3) {
      const all: Change[] = [];
      for await (const change of feed.subscribe({ viewer, after: from, wanted })) {
        all.push(change);
        if (change.version === last && change.event.startsWith('book.')) break;
      }
      return all;
    }
    const following = told(after);
    await publish(3);
    const all = await following;
    const short = (changes: readonly Change[]) => changes.map(({ event, version }) => `${event}:${version}`);
    const expected = [1, 2, 3].flatMap((version) => [`blob.created:${version}`, `book.updated:${version}`]);
    expect(short(all)).toEqual(expected);
    for (const [index, { cursor }] of all.slice(0, -1).entries())
      expect(short(await told(cursor))).toEqual(expected.slice(index + 1));
    const ofBooks = { events: ['book.updated'], passes: () => true } as const;
    expect(short(await told(after, ofBooks))).toEqual(expected.filter((each) => each.startsWith('book.')));
  });

  test('a book that was erased and made anew is told from its first version', async () => {
    const after = encodeCursor(await log.head());
    const wanted = { events: ['book.updated'], passes: () => true } as const;
    const changes = feed.subscribe({ viewer: { userId: 'alice', roles: [] }, after, wanted });
    const anew = { createdAt: new Date('2026-02-01T12:00:00.000Z') };
    await log.publish(bookMessage('again', 1));
    await log.publish(bookMessage('again', 2));
    await log.publish(bookMessage('again', 1, anew));
    const told = [await changes.next(), await changes.next(), await changes.next()];
    expect(told.map(({ value }) => value?.version)).toEqual([1, 2, 1]);
    await changes.return?.();
  });

  test('what is announced is heard by its user alone, by who listens, and is in no log', async () => {
    const { head, heard } = { head: await log.head(), heard: [] as unknown[] };
    const wanted = { events: ['run.written'], passes: () => true } as const;
    const hear = (userId: string) =>
      new Promise<ReturnType<ChangeFeed['hear']>>((joined) => {
        const hearing = feed.hear({ viewer: { userId, roles: [] }, wanted, joined: () => joined(hearing) });
        hearing.next().then(
          ({ value }) => heard.push([userId, value?.members['text.added']]),
          () => {},
        );
      });
    const [alice, again, bob] = [await hear('alice'), await hear('alice'), await hear('bob')];
    announce(log, 'alice', { offset: 0, added: 'The ' });
    await expect
      .poll(() => heard)
      .toEqual([
        ['alice', 'The '],
        ['alice', 'The '],
      ]);
    announce(log, 'alice', { offset: 4, added: 'rain' });
    announce(log, 'alice', { offset: 8, added: ' fell' });
    announce(log, 'bob', { offset: 0, added: 'Snow' });
    await expect.poll(() => heard).toContainEqual(['bob', 'Snow']);
    expect((await alice.next()).value?.members).toMatchObject({
      'text.offset': 4,
      'text.added': 'rain fell',
    });
    await Promise.all([alice, again, bob].map((hearing) => hearing.return?.()));
    expect(await log.head()).toEqual(head);
  });

  test('events that only a newer process knows are passed over', async () => {
    const after = encodeCursor(await log.head());
    const wanted = { events: ['blob.created', 'book.updated'], passes: () => true } as const;
    const follow = () => feed.subscribe({ viewer: { userId: 'alice', roles: [] }, after, wanted });
    const live = follow();
    const first = live.next();
    for (const message of [blobMessage('n', 1), bookMessage('n', 1)]) {
      const headers = { ...message.headers, 'ce-type': `${message.headers['ce-type']}.anew` };
      await log.publish({ ...message, id: `anew:${message.id}`, headers });
    }
    const unlike = { headers: { 'ce-type': 'page.turned' }, body: new TextEncoder().encode('42') };
    await log.publish({ ...blobMessage('n', 2), ...unlike });
    await log.publish(blobMessage('known', 1));
    for (const told of [first, follow().next()]) expect((await told).value?.id).toBe('known');
    expect(await feed.caughtUp(new AbortController().signal)).toBe(true);
    await live.return?.();
  });

  test('who watches is told of users who are erased; who follows changes is not', async () => {
    const told: UserEvent[] = [];
    const unwatch = feed.watch({ changed() {}, missed() {}, user: (event) => told.push(event) });
    const after = encodeCursor(await log.head());
    const startedAt = new Date('2026-01-31T12:00:00.000Z');
    const events = (['erasing', 'erased'] as const).map((kind) => ({ kind, userId: 'älice *', startedAt }));
    for (const event of events) await log.publish(toUserMessage(event));
    await log.publish(blobMessage('after', 1));
    expect(await versionsAfter(after, 1)).toEqual([1]);
    expect(told).toEqual(events);
    unwatch();
  });

  test('cursors that lead nowhere are told apart', async () => {
    const { epoch, sequence } = await log.head();
    const ahead = encodeCursor({ epoch, sequence: sequence + 100 });
    await expect(versionsAfter(ahead, 1)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    const gone = encodeCursor({ epoch: 'another', sequence: 1 });
    await expect(versionsAfter(gone, 1)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
}
