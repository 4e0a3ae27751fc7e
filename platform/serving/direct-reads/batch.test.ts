import { request } from 'undici';
import { expect, it } from 'vitest';
import { JSON_TYPE, type OnTheWire, startReads, whole } from './forward.fixture.ts';

interface Answered {
  readonly blobs: { processor_id: string; blob: { id: string } }[];
  readonly errors: { processor_id: string; error: { code: string; message: string } }[];
  readonly error: { code: string; field?: string };
}

const blob = (id: string, user_id = 'alice', data: unknown = {}) => ({ id, user_id, data });
const answering = (...blobs: object[]): OnTheWire => whole('200 OK', [JSON_TYPE], JSON.stringify({ blobs }));

async function batch(processors: Readonly<Record<string, OnTheWire>>, blobs: unknown) {
  const { url, got } = await startReads(processors);
  const { statusCode, body } = await request(`${url}/api/v1/blobs/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ blobs }),
  });
  return { status: statusCode, answer: (await body.json()) as Answered, got };
}

const place = (processor_id: string, id: string) => ({ processor_id, id });

it('blobs of several processors: one request to each, in the order asked, each once', async () => {
  const processors = { a: answering(blob('a2'), blob('a1')), b: answering(blob('b1')) };
  const asked = [place('b', 'b1'), place('a', 'a1'), place('a', 'a2'), place('a', 'a1'), place('a', 'none')];
  const { answer, got } = await batch(processors, asked);
  expect(answer.blobs.map((each) => `${each.processor_id} ${each.blob.id}`)).toEqual([
    'b b1',
    'a a1',
    'a a2',
  ]);
  expect(answer.errors).toEqual([]);
  expect(got('a').map(({ line, body }) => [line, JSON.parse(body)])).toEqual([
    ['POST /blobs/batch HTTP/1.1', { ids: ['a1', 'a2', 'none'] }],
  ]);
  expect(got('b')).toHaveLength(1);
});

it('one that is away, retired or unknown costs its own blobs alone', async () => {
  const processors = {
    a: answering(blob('a1')),
    away: whole('502 Bad Gateway', [], 'x'),
    page: whole('200 OK', ['content-type: text/html'], '<h1>'),
    gone: answering(),
  };
  const ids = ['a', 'away', 'page', 'gone', 'none'];
  const { status, answer } = await batch(
    processors,
    ids.map((id) => place(id, 'a1')),
  );
  expect([status, answer.blobs.length]).toEqual([200, 1]);
  expect(Object.fromEntries(answer.errors.map((each) => [each.processor_id, each.error.code]))).toEqual({
    away: 'SERVICE_UNAVAILABLE',
    page: 'SERVICE_UNAVAILABLE',
    gone: 'PROCESSOR_RETIRED',
    none: 'PROCESSOR_UNKNOWN',
  });
  expect(JSON.stringify(answer.errors)).not.toContain('127.0.0.1');
});

it('what says to be another user’s, was not asked for, or is of another processor, is left out', async () => {
  const lies = answering(blob('a1', 'bob'), blob('b1'), blob('other'), blob('a2'));
  const { answer } = await batch({ a: lies, b: answering() }, [
    place('a', 'a1'),
    place('a', 'a2'),
    place('b', 'b1'),
  ]);
  expect(answer.blobs.map((each) => each.blob.id)).toEqual(['a2']);
});

it('ids that can be none are missing, and nobody is asked for them', async () => {
  const { answer, got } = await batch({ a: answering() }, [place('a', '../x'), place('a', 'x'.repeat(500))]);
  expect([answer.blobs, answer.errors, got('a')]).toEqual([[], [], []]);
});

it('too much at once is refused by name', async () => {
  const large = answering(blob('a1', 'alice', 'x'.repeat(3_000_000)));
  const two = [place('a', 'a1'), place('b', 'a1')];
  expect(await batch({ a: large, b: large }, two)).toMatchObject({
    ...{ status: 413, answer: { error: { code: 'RESPONSE_TOO_LARGE' } } },
  });
  const endless = answering(blob('a1', 'alice', 'x'.repeat(5_000_000)));
  expect((await batch({ a: endless }, [place('a', 'a1')])).status).toBe(413);
});

it.each([
  ['no list', {}],
  ['too many', Array.from({ length: 1_001 }, (_, at) => place('a', `a${at}`))],
  ['too many processors', Array.from({ length: 21 }, (_, at) => place(`p${at}`, 'a1'))],
  ['no id', [{ processor_id: 'a' }]],
  ['a wrong type', [{ processor_id: 'a', id: 7 }]],
  ['null', [null]],
])('%s is refused by the field', async (_, blobs) => {
  const { status, answer, got } = await batch({ a: answering() }, blobs);
  expect([status, answer.error.code, answer.error.field]).toEqual([400, 'VALIDATION_FAILED', 'blobs']);
  expect(got('a')).toEqual([]);
});
