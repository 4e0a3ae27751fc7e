import { describe, expect, it } from 'vitest';
import { assertPublishable, messageSize } from '../event-log/message.ts';
import { defaultRetention } from '../event-log/retention.ts';
import { subjectPattern } from '../event-log/subjects.ts';
import {
  type BlobEvent,
  eventKinds,
  fromMessage,
  messageId,
  subjectOf,
  toMessage,
  userToken,
} from './events.ts';
import { allSubjects } from './named.ts';

const event = (more: Partial<BlobEvent> = {}, userId = 'alice'): BlobEvent => ({
  kind: 'created',
  version: 1,
  time: new Date('2026-01-31T12:00:00.123Z'),
  body: {
    blob_id: '018f',
    user_id: userId,
    schema_id: 'text-input-v1',
    location: 'state-service',
    owner: 'state',
    type: 'note',
    source_ids: [],
  },
  ...more,
});

/** Texts of up to four of the characters that ids, subjects and encodings treat in their own ways. */
function oddIds(): string[] {
  const characters = [...'aZ9-_.*>%25|@ /\\~', '\u0001', '\u00e9', 'e\u0301', 'م', '😀', '\u2028'];
  let seed = 42;
  const pick = (count: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * count);
  };
  const random = Array.from({ length: 3_000 }, () =>
    Array.from({ length: 1 + pick(4) }, () => characters[pick(characters.length)]).join(''),
  );
  return [...new Set([...characters, ...random, 'a'.repeat(256), '😀'.repeat(128)])];
}

describe('user tokens', () => {
  it('are as many as users, each one token of a subject, and tell whose they are', () => {
    const ids = oddIds();
    const tokens = ids.map(userToken);
    expect(ids.length).toBeGreaterThan(1_000);
    expect(new Set(tokens).size).toBe(ids.length);
    for (const token of tokens) expect(token).toMatch(/^([A-Za-z0-9_-]|%[0-9A-F]{2})+$/);
    expect(tokens.map(decodeURIComponent)).toEqual(ids);
  });

  it('let no user’s events pass as another’s', () => {
    const pattern = new RegExp(subjectPattern([`blob.created.${userToken('a')}`]));
    for (const id of oddIds().filter((id) => id !== 'a')) {
      expect(pattern.test(toMessage(event({}, id)).subject)).toBe(false);
    }
  });
});

describe('messages', () => {
  it.each(eventKinds)('of %s are told by kind, and are those that the log holds', (kind) => {
    const { subject, id } = toMessage(event({ kind }));
    expect(subject).toBe(`blob.${kind}.alice`);
    expect(new RegExp(subjectPattern([subjectOf(kind)])).test(subject)).toBe(true);
    expect(new RegExp(subjectPattern(allSubjects)).test(subject)).toBe(true);
    expect(id).toBe('018f:1');
  });

  it('can be published whatever the user’s id holds', () => {
    for (const id of oddIds()) expect(() => assertPublishable(toMessage(event({}, id)))).not.toThrow();
  });

  it('fit the log, with as many sources as an entry may have', () => {
    const userId = '€'.repeat(256);
    const ids = Array.from({ length: 10_000 }, () => '01a20509-4ff8-70fb-adf7-72c95bec9239');
    const body = { ...event({}, userId).body, source_ids: ids, book_id: '€'.repeat(200) };
    expect(messageSize(toMessage(event({ body })))).toBeLessThan(defaultRetention.maxMessageBytes);
  });

  it.each([
    event(),
    event({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
    event({
      kind: 'failed',
      version: 2 ** 40,
      body: {
        ...event({}, 'ü😀 *.>').body,
        source_ids: ['a', 'b'],
        book_id: 'my-novel',
        conversation_id: '',
        run: { processor_id: 'text-expansion', state: 'FAILED', attempt: 3 },
      },
    }),
  ])('come back as the events that they were', (original) => {
    expect(fromMessage(toMessage(original))).toEqual(original);
  });

  it('have one id for one change of one blob', () => {
    expect(messageId(event())).toBe(messageId(event({ kind: 'failed', time: new Date() })));
    expect(messageId(event())).not.toBe(messageId(event({ version: 2 })));
  });
});

describe('what is no event is refused', () => {
  const { headers, body } = toMessage(event());
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

  it.each([
    ['an unknown kind', { headers: { ...headers, 'ce-type': 'blob.progress' }, body }],
    ['another system’s kind', { headers: { ...headers, 'ce-type': 'book.created' }, body }],
    ['no kind', { headers: { 'ce-time': '2026-01-31T12:00:00Z', 'blob-version': '1' }, body }],
    ['a time that is none', { headers: { ...headers, 'ce-time': 'yesterday' }, body }],
    ['version 0', { headers: { ...headers, 'blob-version': '0' }, body }],
    ['a version that is none', { headers: { ...headers, 'blob-version': 'x' }, body }],
    ['a body that is no JSON', { headers, body: new TextEncoder().encode('{') }],
    ['an empty body', { headers, body: new Uint8Array() }],
    ['a body without a blob', { headers, body: json({ ...event().body, blob_id: undefined }) }],
    [
      'a run in no known state',
      { headers, body: json({ ...event().body, run: { processor_id: 'p', state: 'ODD', attempt: 1 } }) },
    ],
  ])('%s', (_, message) => {
    expect(() => fromMessage(message)).toThrow(Error);
  });
});
