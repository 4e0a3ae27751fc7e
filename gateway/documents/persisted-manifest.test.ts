import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { textHash } from '../../platform/serving/graphql/operation.ts';
import { ListedDocuments, readListed } from './listed-documents.ts';
import { documentsOf } from './persisted-manifest.ts';

const ME = 'query Me {\n  me {\n    id\n    __typename\n  }\n}';
const BLOBS =
  'query Blobs($first: Int) { blobs(first: $first) { nodes { id ...B } } }\n\nfragment B on BlobIndex { title }';

/** As each tool writes them, with its own ids. */
const manifests: readonly (readonly [string, object, string, string])[] = [
  [
    'Apollo’s generate-persisted-query-manifest',
    {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [
        { id: textHash(ME), name: 'Me', type: 'query', body: ME },
        { id: 'Blobs.v2', name: 'Blobs', type: 'query', body: BLOBS },
      ],
    },
    textHash(ME),
    'Blobs.v2',
  ],
  [
    'Relay’s compiler (MD5)',
    { '0cc175b9c0f1b6a831c399e269772661': ME, '92eb5ffee6ae2fec3ad71c777531578f': BLOBS },
    '0cc175b9c0f1b6a831c399e269772661',
    '92eb5ffee6ae2fec3ad71c777531578f',
  ],
  [
    'graphql-codegen’s persisted-documents.json (SHA-1)',
    { '2f1b6a8c3e5d4079b1a2c3d4e5f60718293a4b5c': ME, '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8': BLOBS },
    '2f1b6a8c3e5d4079b1a2c3d4e5f60718293a4b5c',
    '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8',
  ],
  [
    'gql.tada’s generate-persisted',
    { [`sha256:${textHash(ME)}`]: ME, 'my own name': BLOBS },
    `sha256:${textHash(ME)}`,
    'my own name',
  ],
];

test.each(manifests)('the manifest of %s is read', (_, manifest, me, blobs) => {
  const listed = new ListedDocuments(documentsOf('m.json', JSON.stringify(manifest, null, 2)));
  expect(listed.textOf(me)).toBe(ME);
  expect(listed.textOf(blobs)).toBe(BLOBS);
  expect(listed.textOf(`sha256:${textHash(BLOBS)}`)).toBe(BLOBS);
  expect(listed.textOf(textHash(BLOBS))).toBe(BLOBS);
  expect([listed.has(ME), listed.has(`${ME} `), listed.has('')]).toEqual([true, false, false]);
});

test('ids that are inherited members of objects are ids like others', () => {
  const text = `{"__proto__": ${JSON.stringify(ME)}, "constructor": ${JSON.stringify(BLOBS)}}`;
  const listed = new ListedDocuments(documentsOf('m.json', text));
  expect([listed.textOf('__proto__'), listed.textOf('constructor')]).toEqual([ME, BLOBS]);
  const empty = new ListedDocuments();
  for (const id of ['__proto__', 'constructor', 'toString', '']) expect(empty.textOf(id)).toBeUndefined();
});

test.each([
  ['no JSON', '{', /m\.json is not JSON/],
  ['a list', '[]', /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  [
    'a document that is no text',
    '{"a": {"name": "A", "source": "{ a }"}}',
    /"a" in m\.json must be a string/,
  ],
  [
    'another version',
    '{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}',
    /version 1/,
  ],
  ['no operations', '{"format":"apollo-persisted-query-manifest","version":1}', /list of `operations`/],
  [
    'an operation without id',
    '{"format":"apollo-persisted-query-manifest","version":1,"operations":[null]}',
    /`operations\[0\]\.id`/,
  ],
  ['an empty id', '{"": "{ a }"}', /an id in m\.json is empty/],
  ['another text’s hash', `{"sha256:${textHash(ME)}": "{ a }"}`, /is not the SHA-256 of its document/],
])('%s is not a manifest, and the message names the file and the position', (_, text, message) => {
  expect(() => documentsOf('m.json', text)).toThrow(message);
});

async function folder(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'blobgraph-manifests-'));
  onTestFinished(() => rm(path, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(path, name), text)));
  return path;
}

test('a folder’s manifests are read together, if each id stands for one document', async () => {
  const path = await folder({
    'a.json': `{"a": "${'{ a }'}"}`,
    'b.json': '{"a": "{ a }", "b": "{ b }"}',
    'c.txt': '',
  });
  const listed = await readListed(path);
  expect(listed.documents.map(({ id }) => id)).toEqual(['a', 'a', 'b']);
  await writeFile(join(path, 'd.json'), '{"b": "{ other }"}');
  await expect(readListed(path)).rejects.toThrow(
    /"b" stands for two documents, in .*b\.json and in .*d\.json/,
  );
});

test('a missing file is named', async () => {
  const path = await folder({});
  await expect(readListed(path)).rejects.toThrow(/^PERSISTED_DOCUMENTS: there is no \.json file/);
  await expect(readListed(join(path, 'none'))).rejects.toThrow(/none cannot be read \(ENOENT\)/);
});
