import { expect, test } from 'vitest';
import { textHash } from '../../../platform/serving/graphql/operation.ts';
import { bytesOf, type RegisteredTexts } from './registered-texts.ts';

export interface OpenedTexts {
  readonly texts: RegisteredTexts;
  close?(): Promise<void>;
}

const text = (name: string) => `query ${name} { __typename }`;
/** One user's limit, in texts of this length. */
const SHARE = 3;
const BYTES_OF_USER = SHARE * bytesOf(text('A0'));

/** The contract of every store of registered texts. `open` returns an empty store with this limit for each user. */
export function textsContract(open: (bytesOfUser: number) => Promise<OpenedTexts>): void {
  async function withTexts(use: (texts: RegisteredTexts) => Promise<void>) {
    const { texts, close } = await open(BYTES_OF_USER);
    try {
      await use(texts);
    } finally {
      await close?.();
    }
  }
  const put = (texts: RegisteredTexts, name: string, userId: string) =>
    texts.put(textHash(text(name)), text(name), userId);
  const get = (texts: RegisteredTexts, name: string) => texts.get(textHash(text(name)));

  test('a text is returned verbatim to everyone who knows its hash', () =>
    withTexts(async (texts) => {
      const odd = `query Ö { a(b: "\u{1F600}\\u0000") }\r\n#`;
      expect(await texts.get(textHash(odd))).toBeUndefined();
      await texts.put(textHash(odd), odd, 'alice');
      await texts.put(textHash(odd), odd, 'bob');
      expect(await texts.get(textHash(odd))).toBe(odd);
      expect(await texts.get('__proto__')).toBeUndefined();
      expect(await texts.get('constructor')).toBeUndefined();
    }));

  test('a user who registers without end keeps no more than their limit, and evicts nobody else', () =>
    withTexts(async (texts) => {
      await put(texts, 'B0', 'bob');
      for (let each = 0; each < 10; each += 1) await put(texts, `A${each}`, 'mallory');
      expect(await get(texts, 'B0')).toBe(text('B0'));
      const left = await Promise.all(Array.from({ length: 10 }, (_, each) => get(texts, `A${each}`)));
      expect(left.filter((each) => each !== undefined)).toHaveLength(SHARE);
      await put(texts, 'C0', '__proto__');
      expect(await get(texts, 'C0')).toBe(text('C0'));
    }));

  test('a text that exceeds the limit is not stored', () =>
    withTexts(async (texts) => {
      const long = `# ${'x'.repeat(BYTES_OF_USER)}`;
      await put(texts, 'A0', 'alice');
      await texts.put(textHash(long), long, 'alice');
      expect(await texts.get(textHash(long))).toBeUndefined();
      expect(await get(texts, 'A0')).toBe(text('A0'));
    }));
}
