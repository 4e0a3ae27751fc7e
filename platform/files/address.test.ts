import { expect, it } from 'vitest';
import { newServiceKey, readServiceKeys } from '../identity/keys/service-keys.ts';
import { createFileAddresses, endOf, type FileRequest } from './address.ts';

const NOW = new Date('2026-05-01T10:20:00Z');
const END = new Date('2026-05-01T12:00:00Z');
const keys = readServiceKeys(newServiceKey());
const clock = { now: () => NOW };
const own = createFileAddresses({ service: 'image-processor', keys, clock });

const request: FileRequest = {
  method: 'GET',
  place: ['artifacts', '0195', 'webp-640'],
  terms: { saved: '1' },
};
const refused = expect.objectContaining({ code: 'ADDRESS_INVALID' });

/** As a door sees it. */
function asked(address: string, method = 'GET') {
  const url = new URL(address, 'http://gateway');
  const place = url.pathname.split('/').slice(5).map(decodeURIComponent);
  return { method, place, query: Object.fromEntries(url.searchParams) };
}

it('an address is of its service, place and time, and opens what it names', () => {
  const address = own.sign(request, END);
  expect(address).toMatch(
    /^\/api\/v1\/files\/image-processor\/artifacts\/0195\/webp-640\?saved=1&expires=1777636800&signature=[\w-]{43}$/,
  );
  expect(own.sign({ ...request }, END)).toBe(address);
  expect(own.verify(asked(address))).toEqual({ terms: { saved: '1' }, expiresAt: END });
  expect(own.verify(asked(address, 'HEAD'))).toBeDefined();
});

it('names of any kind stay apart', () => {
  for (const place of [
    ['a/b', 'c'],
    ['a', 'b/c'],
    ['..', '%2e'],
    ['a b', '?&='],
    ['', '~'],
  ]) {
    const query = Object.fromEntries(
      new URL(own.sign({ method: 'GET', place }, END), 'http://g').searchParams,
    );
    expect(own.verify({ method: 'GET', place, query }).terms).toEqual({});
    expect(() => own.verify({ method: 'GET', place: [place.join('/')], query })).toThrow(refused);
  }
});

it.each<[string, (given: ReturnType<typeof asked>) => unknown]>([
  ['another blob', (given) => ({ ...given, place: ['artifacts', '0196', 'webp-640'] })],
  ['another file of the blob', (given) => ({ ...given, place: ['artifacts', '0195', 'original'] })],
  ['another method', (given) => ({ ...given, method: 'PUT' })],
  ['a longer time', ({ query, ...given }) => ({ ...given, query: { ...query, expires: '1999999999' } })],
  [
    'a time in another form',
    ({ query, ...given }) => ({ ...given, query: { ...query, expires: '01777636800' } }),
  ],
  ['other terms', ({ query, ...given }) => ({ ...given, query: { ...query, saved: '0' } })],
  ['terms more', ({ query, ...given }) => ({ ...given, query: { ...query, type: 'text/html' } })],
  ['terms less', ({ query: { saved: _, ...query }, ...given }) => ({ ...given, query })],
  ['a term twice', ({ query, ...given }) => ({ ...given, query: { ...query, saved: ['1', '1'] } })],
  ['no signature', ({ query: { signature: _, ...query }, ...given }) => ({ ...given, query })],
  ['a short signature', ({ query, ...given }) => ({ ...given, query: { ...query, signature: 'AAAA' } })],
  ['no query', (given) => ({ ...given, query: undefined })],
  ['a long query', ({ query, ...given }) => ({ ...given, query: { ...query, x: 'x'.repeat(10_000) } })],
])('an address with %s is refused', (_, change) => {
  const given = change(asked(own.sign(request, END))) as ReturnType<typeof asked>;
  expect(() => own.verify(given)).toThrow(refused);
});

it('every bit of a signature counts, those too that base64url leaves over', () => {
  const given = asked(own.sign(request, END));
  const { signature = '' } = given.query;
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    const changed = { ...given, query: { ...given.query, signature: `${signature.slice(0, -1)}${last}` } };
    if (signature.endsWith(last)) own.verify(changed);
    else expect(() => own.verify(changed)).toThrow(refused);
  }
});

it('another service’s address, or another installation’s, is none', () => {
  const others = [
    createFileAddresses({ service: 'book-compiler', keys, clock }),
    createFileAddresses({ service: 'image-processor', keys: readServiceKeys(newServiceKey()), clock }),
  ];
  for (const other of others) expect(() => own.verify(asked(other.sign(request, END)))).toThrow(refused);
});

it('it ends at its time', () => {
  expect(() => own.verify(asked(own.sign(request, NOW)))).toThrow(refused);
  expect(own.verify(asked(own.sign(request, new Date(NOW.getTime() + 1_000))))).toBeDefined();
});

it('a key that follows another takes what that one signed, until it is gone', () => {
  const [next] = readServiceKeys(newServiceKey());
  const rotated = createFileAddresses({ service: 'image-processor', keys: [next, ...keys], clock });
  const address = own.sign(request, END);
  expect(rotated.verify(asked(address))).toBeDefined();
  expect(rotated.sign(request, END)).not.toBe(address);
  const alone = createFileAddresses({ service: 'image-processor', keys: [next], clock });
  expect(() => alone.verify(asked(address))).toThrow(refused);
});

it('ends are shared: an hour at least, two at most, the same for all of an hour', () => {
  const at = (time: string) =>
    endOf(new Date(`2026-05-01T${time}Z`), 3_600)
      .toISOString()
      .slice(11, 19);
  expect(['10:00:00', '10:20:00', '10:59:59', '11:00:00'].map(at)).toEqual([
    '12:00:00',
    '12:00:00',
    '12:00:00',
    '13:00:00',
  ]);
});
