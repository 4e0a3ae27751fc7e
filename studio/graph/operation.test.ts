import { execFileSync } from 'node:child_process';
import { parse, print } from '@0no-co/graphql.web';
import { expect, it } from 'vitest';
import { curlOf, graphiqlOf, laidOut } from './operation.ts';

const ORIGIN = 'http://127.0.0.1:8010';
const document = 'query Found($text:String){blobs(filter:{text:$text}){nodes{id title}}}';

/** Texts that a shell, a form or an address could take for something of their own. */
const STRANGE = [
  `It's "quoted", and 'so' on`,
  'two\nlines\r\n\tand a tab',
  '$HOME `id` $(id) $((1)) $$ !! \\ \\n %s',
  '& | ; > /dev/null # not a comment',
  'a=b&c=d+e?f#g%20h',
  'Zoë, 東京, 👩‍👩‍👧',
  "'\\''",
  '',
];

/** The words that a shell would give to curl, one by one. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const printed = execFileSync('sh', ['-c', script], { env: { TOKEN: 'a.b.c' }, encoding: 'utf8' });
  return printed.split('\0').slice(0, -1);
}

it.each(STRANGE)('a shell gives curl the operation as it was sent, with %j', (text) => {
  const words = wordsOf(curlOf({ document, variables: { text } }, ORIGIN));
  expect(words.slice(0, -1)).toEqual([
    `${ORIGIN}/graphql`,
    '-H',
    'authorization: Bearer a.b.c',
    '-H',
    'content-type: application/json',
    '--data-raw',
  ]);
  expect(JSON.parse(words.at(-1) ?? '')).toEqual({ query: laidOut(document), variables: { text } });
});

it('a string within the document reaches curl as it is, too', () => {
  const inline = String.raw`{blobs(filter:{text:"It's \"so\" \\ $(id)\n"}){totalCount}}`;
  const words = wordsOf(curlOf({ document: inline, variables: {} }, ORIGIN));
  const { query } = JSON.parse(words.at(-1) ?? '') as { query: string };
  expect(print(parse(query))).toBe(print(parse(inline)));
});

it.each(STRANGE)('GraphiQL is given the operation in the fragment, with %j', (text) => {
  const url = new URL(graphiqlOf({ document, variables: { text } }), ORIGIN);
  expect([url.pathname, url.search]).toEqual(['/graphiql/', '']);
  const given = new URLSearchParams(url.hash.slice(1));
  expect([...given.keys()]).toEqual(['query', 'variables']);
  expect(given.get('query')).toBe(laidOut(document));
  expect(JSON.parse(given.get('variables') ?? '')).toEqual({ text });
});

it('a document is laid out with a field a line', () => {
  expect(laidOut('{me{id}}')).toBe('{\n  me {\n    id\n  }\n}');
});
