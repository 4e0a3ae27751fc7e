import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { bytes, fresh, keysOf, read, refusal, TEXT } from './objects.contract.fixture.ts';
import type { ObjectStore } from './objects.ts';

/** The part of the contract that is about what may be a key or a description, and what may not. */
export function keysContract(store: () => ObjectStore): void {
  it.each([
    'plain.txt',
    'UPPER and lower',
    'upper AND lower',
    'ünïcödé',
    'u\u0308 decomposed',
    'ü composed',
    'שלום/世界/🦉',
    "a+b&c=d;e,f@g:h$i!j*k'l(m)n~o",
    'hash#question?percent%2Fpercent%',
    '"<quotes>&amp;"',
    'back\\slash',
    '...',
    '.hidden',
    ' leading and trailing ',
    'x=',
    'x+',
    'x%3d',
    '-',
    `${'é'.repeat(127)}!`,
    `${'s'.repeat(255)}/${'t'.repeat(255)}/${'🦉'.repeat(60)}`,
    '\u202eright to left',
    'line\u2028separator',
  ])('takes %j as a key', async (rest) => {
    const place = randomUUID();
    const key = `${place}/${rest}`;
    await store().put(key, bytes(rest), TEXT);
    expect(await read(store(), key)).toMatchObject({ body: rest });
    expect(await keysOf(store(), place)).toEqual([key]);
    expect(await keysOf(store(), key.slice(0, key.lastIndexOf('/')))).toEqual([key]);
    await store().delete([key]);
    expect(await store().head(key)).toBeNull();
    expect(await keysOf(store(), place)).toEqual([]);
  });

  it('tells keys apart that look alike', async () => {
    const place = randomUUID();
    const keys = ['A', 'a', 'ü', 'u\u0308', 'a.', 'a%61', 'x=', 'x', 'x%3d', 'a b', 'a+b', 'a%20b'].map(
      (name) => `${place}/${name}`,
    );
    await Promise.all(keys.map((key) => store().put(key, bytes(key), TEXT)));
    for (const key of keys) expect(await read(store(), key)).toMatchObject({ body: key });
    expect((await keysOf(store(), place, 5)).sort()).toEqual(keys.sort());
    await store().delete([`${place}/a`]);
    expect((await keysOf(store(), place)).sort()).toEqual(keys.filter((key) => key !== `${place}/a`).sort());
  });

  it.each([
    ['empty', ''],
    ['with a leading slash', '/a'],
    ['with a trailing slash', 'a/'],
    ['with an empty segment', 'a//b'],
    ['with “..”', 'a/../b'],
    ['of “..” alone', '..'],
    ['with “.”', './a'],
    ['with NUL', 'a\0b'],
    ['with a line break', 'a\nb'],
    ['with half of a surrogate pair', 'a\ud83e'],
    ['of 1,025 bytes', `${'é/'.repeat(341)}ab`],
    ['with a segment of 256 bytes', 'é'.repeat(128)],
  ])('refuses a key %s', async (_, key) => {
    const fault = refusal('key');
    await expect(store().put(key, bytes(''), TEXT)).rejects.toMatchObject(fault);
    await expect(store().get(key)).rejects.toMatchObject(fault);
    await expect(store().head(key)).rejects.toMatchObject(fault);
    await expect(store().delete([fresh(), key])).rejects.toMatchObject(fault);
    await expect(store().list('', { limit: 1, after: key })).rejects.toMatchObject(fault);
    if (key === '') return;
    await expect(store().deletePrefix(key)).rejects.toMatchObject(refusal('prefix'));
    await expect(store().list(key, { limit: 1 })).rejects.toMatchObject(refusal('prefix'));
  });

  it('takes a key of 1,024 bytes, and refuses pages and descriptions that are none', async () => {
    const key = fresh(`${'d'.repeat(200)}/`.repeat(5))
      .slice(0, 1_023)
      .replace(/\/$/, 'd');
    await store().put(`${key}d`, bytes('deep'), TEXT);
    expect(await read(store(), `${key}d`)).toMatchObject({ body: 'deep' });
    await store().deletePrefix(key.split('/')[0] ?? '');
    for (const limit of [0, 1_001, 1.5, Number.NaN])
      await expect(store().list('', { limit })).rejects.toMatchObject(refusal('limit'));
    await expect(store().list('a', { limit: 1, after: 'ab' })).rejects.toMatchObject(refusal('after'));
    const put = (description: Partial<Parameters<ObjectStore['put']>[2]>) =>
      store().put(fresh(), bytes(''), { ...TEXT, ...description });
    for (const contentType of ['', 'a\nb', 'é', 'x'.repeat(256)])
      await expect(put({ contentType })).rejects.toMatchObject(refusal('contentType'));
    for (const metadata of [{ Upper: '1' }, { 'a b': '1' }, { a: '\ud800' }, { a: 'é'.repeat(342) }])
      await expect(put({ metadata })).rejects.toMatchObject(refusal('metadata'));
  });
}
