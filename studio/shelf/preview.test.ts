import { expect, it } from 'vitest';
import { previewOf } from './preview.ts';

const of = (preview: string, title = 'A title', schemaId = 'text-input-v1') =>
  previewOf({ schemaId, title, preview });

it.each([
  ['Plain words, as they are.', 'Plain words, as they are.'],
  ['# A title\n\nThe *first* words, **so**.', 'The first words, so.'],
  ['A title\n\nThe rest.', 'The rest.'],
  ['## Another heading\nThe rest.', 'Another heading The rest.'],
  ['---\ntitle: A title\nlanguage: en\n---\n\nThe text.', 'The text.'],
  ['---\ntitle: A title\ntags: [a, b', ''],
  ['---\n---\nThe text.', 'The text.'],
  ['> - [x] ticked\n> 2. second', 'ticked second'],
  ['See [the *ferry*](https://example.com/a) and ![a map](map.png).', 'See the ferry and a map.'],
  ['It ends in [a link](https://example.com/cut', 'It ends in a link'],
  ['One\n\n* * *\n\nTwo\n---\n```js\ncode()\n```', 'One Two code()'],
  ['snake_case and 2 * 3 * 4 stay, _this_ not', 'snake_case and 2 * 3 * 4 stay, this not'],
  [String.raw`\*no mark\*`, '*no mark*'],
  ['[Aside] she said.', '[Aside] she said.'],
  ['  \r\n# A title\r\nText', 'Text'],
])('%j is read as %j', (preview, read) => {
  expect(of(preview)).toBe(read);
});

it('nobody reads JSON: of a picture its file is named, of others nothing', () => {
  expect(of('{"uploadId":"1","fileName":"a \\"b\\".png","sizeB', 'A', 'image-input-v1')).toBe('a "b".png');
  expect(of('{"upload_id":"1","file_na', 'A', 'image-input-v1')).toBe('');
  expect(of('{"other":1}')).toBe('');
  expect(of('[1,2')).toBe('');
});
