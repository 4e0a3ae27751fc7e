import { expect, test } from 'vitest';
import { textHash } from '../../../platform/serving/graphql/operation.ts';
import { textsContract } from './registered-texts.contract.ts';
import { MemoryTexts } from './registered-texts.memory.ts';
import { sharedTexts } from './registered-texts.shared.ts';
import { bytesOf } from './registered-texts.ts';

textsContract(async (bytesOfUser) => ({ texts: new MemoryTexts({ bytesOfUser }) }));

const text = (name: string) => `query ${name} { __typename }`;
const SIZE = bytesOf(text('A0'));

test('when the store is full, the largest user’s least recently used texts are evicted', async () => {
  const texts = new MemoryTexts({ bytes: 4 * SIZE, bytesOfUser: 3 * SIZE });
  const put = (name: string, userId: string) => texts.put(textHash(text(name)), text(name), userId);
  const get = (name: string) => texts.get(textHash(text(name)));
  for (const name of ['A0', 'A1', 'A2']) await put(name, 'alice');
  await get('A0');
  await put('B0', 'bob');
  await put('B1', 'bob');
  expect(texts.bytes).toBe(4 * SIZE);
  expect(await Promise.all(['A0', 'A1', 'A2', 'B0', 'B1'].map(get))).toEqual([
    text('A0'),
    undefined,
    text('A2'),
    text('B0'),
    text('B1'),
  ]);
});

test('texts of thousands of users stay within the total limit', async () => {
  const texts = new MemoryTexts({ bytes: 100 * SIZE });
  for (let each = 0; each < 2_000; each += 1)
    await texts.put(textHash(`{ a${each} }`), `{ a${each} }`, `u${each}`);
  expect(texts.bytes).toBeLessThanOrEqual(100 * SIZE);
});

test('the shared store is asked for texts that are not here; when it fails, they count as absent', async () => {
  const [own, other] = [new MemoryTexts(), new MemoryTexts()];
  let failing = false;
  let asked = 0;
  const shared = new MemoryTexts();
  const away = {
    get: async (hash: string) => {
      asked += 1;
      if (failing) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return shared.get(hash);
    },
    put: shared.put.bind(shared),
  };
  const errors: unknown[] = [];
  const logger = { error: (line: unknown) => void errors.push(line) };
  const [one, two] = [sharedTexts(own, away, logger), sharedTexts(other, away, logger)];
  const hash = textHash(text('A0'));
  await one.put(hash, text('A0'), 'alice');
  expect(await two.get(hash)).toBe(text('A0'));
  expect(await one.get(hash)).toBe(text('A0'));
  expect(asked).toBe(1);
  failing = true;
  for (let each = 0; each < 5; each += 1) expect(await two.get('0'.repeat(64))).toBeUndefined();
  expect(asked).toBe(2);
  expect(errors).toEqual([]);
});
