import { expect, it } from 'vitest';
import { defaultLimits } from '../limits/limits.ts';
import { MAX_DOCUMENT, MAX_VARIABLES, readLink, writeLink } from './link.ts';

const linkTo = (query: string, variables?: string) =>
  readLink(
    `#query=${encodeURIComponent(query)}${variables ? `&variables=${encodeURIComponent(variables)}` : ''}`,
  );

const query = 'query Draft($id: ID!) {\n  blob(id: $id) { title } # & = + % ü 漢 😀\n}';

it('has a document and its variables', () => {
  expect(linkTo(query, '{"id":"a&b=c+d%20e"}')).toEqual({
    content: { query, variables: '{\n  "id": "a&b=c+d%20e"\n}' },
  });
  expect(linkTo('{ me { id } }')).toEqual({ content: { query: '{ me { id } }', variables: '' } });
  expect(linkTo('{ me { id } }', '{}')).toEqual({ content: { query: '{ me { id } }', variables: '' } });
});

it('is written as it is read', () => {
  const content = { query, variables: '{\n  "id": "ü & 😀"\n}' };
  expect(readLink(writeLink(content))).toEqual({ content });
  expect(readLink(writeLink({ query, variables: ' ' }))).toEqual({ content: { query, variables: '' } });
});

it.each(['', '#', '#top', '#variables=%7B%7D', '#subquery=x'])(
  '%j is no link to an operation',
  (fragment) => {
    expect(readLink(fragment)).toBeNull();
  },
);

it.each([
  ['a document that is none', '#query=%3Cscript%3Ealert(1)%3C%2Fscript%3E', 'no GraphQL document'],
  ['an empty document', '#query=', 'no GraphQL document'],
  ['what is not encoded', '#query=%E0%A4%A', 'encodeURIComponent'],
  ['variables that are not JSON', '#query=%7Ba%7D&variables=%7Ba', 'not JSON'],
  ['variables that are a list', '#query=%7Ba%7D&variables=%5B%5D', 'not a JSON object'],
  ['variables that are a text', '#query=%7Ba%7D&variables=%22a%22', 'not a JSON object'],
  ['two documents', '#query=%7Ba%7D&query=%7Bb%7D', 'twice'],
  ['headers', '#query=%7Ba%7D&headers=%7B%7D', 'other than'],
  ['a document that is too long', `#query={${'a '.repeat(MAX_DOCUMENT / 2)}}`, 'more than 65536 characters'],
  [
    'variables that are too long',
    `#query={a}&variables={"a":"${'a'.repeat(MAX_VARIABLES)}"}`,
    'more than 65536 characters',
  ],
  ['a document of very many tokens', `#query={${'a'.padEnd(60_000, ' a')}}`, 'no GraphQL document'],
  ['a huge fragment', `#query=${'a'.repeat(5_000_000)}`, 'more than'],
])('%s is refused', (_, fragment, problem) => {
  expect(readLink(fragment)).toEqual({ problem: expect.stringContaining(problem) });
});

it('may have a document as long as the gateway takes', () => {
  expect(MAX_DOCUMENT).toBe(defaultLimits.textBytes);
});
