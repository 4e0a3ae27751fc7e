import { expect, test } from 'vitest';
import { assertPublishable } from '../event-log/message.ts';
import { subjectPattern } from '../event-log/subjects.ts';
import { type BookEvent, bookEventKinds, fromBookMessage, toBookMessage } from './book-events.ts';
import { allSubjects, readEvent, subjectsOfUser } from './named.ts';

const event = (more: Partial<BookEvent> = {}): BookEvent => ({
  ...{ kind: 'updated', version: 2, time: new Date('2026-01-31T12:00:00.123Z') },
  ...{ userId: 'alice', bookId: 'my-novel', createdAt: new Date('2026-01-30T12:00:00.000Z') },
  ...more,
});

test.each(bookEventKinds)('book.%s goes through the log, on a subject of its user', (kind) => {
  const message = toBookMessage(event({ kind }));
  expect(message.subject).toBe(`book.${kind}.alice`);
  expect(new RegExp(subjectPattern(allSubjects)).test(message.subject)).toBe(true);
  expect(new RegExp(subjectPattern(subjectsOfUser([`book.${kind}`], 'bob'))).test(message.subject)).toBe(
    false,
  );
  expect(fromBookMessage(message)).toEqual(event({ kind }));
  expect(readEvent(message)).toEqual({
    ...{ name: `book.${kind}`, userId: 'alice', id: 'book 2026-01-30T12:00:00.000Z my-novel', version: 2 },
    ...{ time: event().time, members: { book_id: 'my-novel' } },
  });
});

test('each change has an id of its own, the same however often it is published', () => {
  const others = [
    event(),
    event({ version: 3 }),
    event({ userId: 'bob' }),
    event({ bookId: 'other' }),
    // The book was erased, and made anew.
    event({ createdAt: new Date('2026-02-01T12:00:00.000Z') }),
  ];
  const ids = others.map((each) => toBookMessage(each).id);
  expect(new Set(ids).size).toBe(others.length);
  expect(others.map((each) => toBookMessage(each).id)).toEqual(ids);
});

test('any id of a book can be published, and none passes as an event of a blob', () => {
  for (const bookId of ['é🥊 \n.*>', 'x'.repeat(200), '']) {
    const message = toBookMessage(event({ bookId }));
    expect(() => assertPublishable(message)).not.toThrow();
    expect(readEvent(message).members).toEqual({ book_id: bookId });
  }
  const { headers, ...message } = toBookMessage(event());
  for (const wrong of [{ ...headers, 'ce-type': 'book.read' }, { ...headers, 'book-version': '0' }, {}])
    expect(() => readEvent({ ...message, headers: wrong })).toThrow();
});
