import { expect, it } from 'vitest';
import { BlobLabels } from './ownership.ts';

const alice = { user_id: 'alice', id: 'b1' };

/** The error's name by which it is refused, read in pieces of so many bytes; `passed` where it is not. */
function verdict(text: string, bytes: number): string {
  const labels = new BlobLabels(alice);
  const all = Buffer.from(text);
  try {
    for (let at = 0; at < all.length; at += bytes) labels.read(all.subarray(at, at + bytes));
    return 'passed';
  } catch (error) {
    return (error as Error).name;
  }
}

const passed = [
  '{"blob":{"id":"b1","user_id":"alice","data":{"user_id":"bob","text":"\\"user_id\\":\\"bob\\""}}}',
  ' \n{ "blob" : { "user_id" : "alice" , "id":"b1" , "data":[["{",{"id":"x"}]] } }',
  '{"blobs":[{"id":"b1","user_id":"alice"},{"id":"b1","user_id":"\\u0061lice","sources":[{"user_id":"bob"}]}],"next":"x"}',
  '{"user_id":"bob","other":{"user_id":"bob"},"others":[{"user_id":"bob"}],"blob":null,"blobs":[]}',
  '{"blob":{"tags":["user_id","bob"],"title":"user_id","preview":"bob","user_id":"alice"}}',
  `{"blob":{"data":"${'x'.repeat(100_000)}","user_id":"alice"}}`,
];

const foreign = [
  '{"blob":{"id":"b1","user_id":"bob","data":1}}',
  '{"blob":{"id":"b2","user_id":"alice"}}',
  '{"blob":{"user_id":"alice","user_id":"bob"}}',
  '{"blob":{"us\\u0065r_id":"bob"}}',
  '{"blob":{"user_id":["alice"]}}',
  '{"blob":{"user_id":{"user_id":"alice"},"id":"b1"}}',
  '{"blob":{"user_id":null}}',
  '{"blob":{"user_id":1}}',
  '{"blob":{"data":{"user_id":"alice"},"user_id":"bob"}}',
  '{"x":[1,{"y":2}],"blob":{"user_id":"bob"}}',
  '{"blobs":[{"user_id":"alice"},{"user_id":"bob"}]}',
  '{"blobs":[{"user_id":"alice","deep":[[[[{"a":"b"}]]]]},{"id":"b1","user_id":"bob"}]}',
  `{"blob":{"user_id":"${'a'.repeat(20_000)}"}}`,
  `{"blob":{"${'a'.repeat(20_000)}":"user_id","user_id":"bob"}}`,
];

it.each(passed)('passes %s', (text) => {
  for (const bytes of [1, 7, 1_000_000]) expect(verdict(text, bytes)).toBe('passed');
});

it.each(foreign)('finds another one’s in %s', (text) => {
  for (const bytes of [1, 7, 1_000_000]) expect(verdict(text, bytes)).toBe('ForeignBlob');
});

it.each(['[{"user_id":"alice"}]', '<html>', '"blob"', '\u0000', '\ufeff{}'])('takes no %j', (text) => {
  expect(verdict(text, 1)).toBe('NoAnswerOfBlobs');
});

it('keeps nothing of what is deep, long or not even JSON', () => {
  const labels = new BlobLabels(alice);
  labels.read(Buffer.from('{"blob":'));
  const deep = Buffer.alloc(1_000_000, '[');
  for (let at = 0; at < 3; at += 1) labels.read(deep);
  labels.read(Buffer.alloc(1_000_000, ']}'));
  labels.read(Buffer.from('"'));
  for (let at = 0; at < 30; at += 1) labels.read(deep);
});
