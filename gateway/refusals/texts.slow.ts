import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openSocket } from '../testing/socket.ts';
import { JSON_TYPE, STACK, serveAll } from './refusals.fixture.ts';

const gateway = serveAll();

/** Texts with line breaks, NUL characters, or half of a surrogate pair. */
const odd = [
  'a\r\nSet-Cookie: x=1',
  'a\nb',
  'a\0b',
  'a\ud800b',
  '\udfff',
  '%0d%0a',
  '\u2028',
  '"; filename="x',
];

describe('in paths, names and headers', () => {
  test.each(odd)('%j is an unknown id like any other', async (text) => {
    const id = encodeURIComponent(text.toWellFormed());
    for (const path of [
      `/api/v1/blobs/${id}`,
      `/api/v1/blobs/${id}/text`,
      `/api/v1/processors/state/blobs/${id}`,
      `/api/v1/processors/${id}/blobs/b0`,
    ]) {
      const answer = await fetch(`${gateway.url()}${path}`, {
        headers: { authorization: `Bearer ${gateway.token()}` },
      });
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([400, 404, 503])]);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await answer.text()).not.toMatch(STACK);
    }
  });

  test.each(odd)(
    '%j as a variable, its name, an operation name or a document id causes no fault',
    async (text) => {
      const operations = [
        { query: 'query ($id: ID!) { blob(id: $id) { id } }', variables: { id: text } },
        { query: 'query ($id: ID = "b0") { me { id } }', variables: { [text]: 1 } },
        { query: '{ me { id } }', operationName: text },
        { documentId: text },
        { extensions: { persistedQuery: { version: 1, sha256Hash: text } } },
      ];
      const socket = await openSocket(gateway.url(), { authorization: `Bearer ${gateway.token()}` });
      for (const members of operations) {
        const {
          status,
          text: told,
          headers,
        } = await gateway.send('/graphql', {
          method: 'POST',
          headers: JSON_TYPE,
          body: JSON.stringify(members),
        });
        expect([members, status]).toEqual([members, expect.toBeOneOf([200, 400, 404])]);
        expect(told).not.toMatch(/INTERNAL/);
        expect(headers.get('set-cookie')).toBeNull();
        expect(JSON.stringify(await socket.ask(members))).not.toMatch(/INTERNAL/);
      }
      socket.close();
    },
  );

  test('a request id with a line break is not returned', async () => {
    const { hostname, port } = new URL(gateway.url());
    const raw = connect(Number(port), hostname);
    raw.end(
      'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-request-id: a\rSet-Cookie: x=1\r\n\r\n',
    );
    let received = '';
    for await (const chunk of raw) received += String(chunk);
    expect(received).toMatch(/^HTTP\/1\.1 400/);
    expect(received).not.toMatch(/\r\n?Set-Cookie/);
  });
});

test('none of these requests caused a fault', () => expect(gateway.faults()).toEqual([]));
