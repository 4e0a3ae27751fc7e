import { expect, it } from 'vitest';
import { boundaryOf, readParts } from './parts.ts';

const streamOf = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function read(...chunks: string[]): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of readParts(streamOf(...chunks), '-')) parts.push(part);
  return parts;
}

const PART = '\r\ncontent-type: application/json\r\n\r\n{"text":"--- é"}';

it.each([
  ['multipart/mixed; boundary="graphql"; deferSpec=20220824', 'graphql'],
  ['multipart/mixed;boundary=a-b;x=y', 'a-b'],
  ['multipart/mixed', '-'],
  ['application/json', undefined],
])('of %s the boundary is %s', (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});

it('reads parts wherever the answer is cut', async () => {
  const whole = `\r\n---${PART}\r\n---${PART}\r\n-----\r\n`;
  const told = [{ text: '--- é' }, { text: '--- é' }];
  expect(await read(whole)).toEqual(told);
  expect(await read(...whole)).toEqual(told);
  expect(await read(whole.slice(2))).toEqual(told);
});

it('fails when the last part does not come', async () => {
  await expect(read(`---${PART}\r\n---`)).rejects.toThrow('ended before its last part');
});
