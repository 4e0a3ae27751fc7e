import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { endWithOutput } from './output.ts';

const errno = (code: string) => Object.assign(new Error(code), { code });

/** The code that the process ends with by an error of its output, and what it tells. */
async function endBy(error: Error) {
  const output = new EventEmitter();
  const told: unknown[] = [];
  const code = await new Promise<number>((exit) => {
    endWithOutput([output], async (fault) => told.push(fault), exit);
    output.emit('error', error);
  });
  return { code, told };
}

it('ends quietly when nobody reads any more', async () => {
  expect(await endBy(errno('EPIPE'))).toEqual({ code: 141, told: [] });
});

it('tells of an output that cannot be written', async () => {
  const full = errno('ENOSPC');
  expect(await endBy(full)).toEqual({ code: 1, told: [full] });
});
