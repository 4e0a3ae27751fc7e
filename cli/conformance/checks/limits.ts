import { type Answered, answeredWith, codeOf, routed } from '../lab/calls.ts';
import { expect, Unchecked } from '../lab/findings.ts';
import { BOB, type Lab } from '../lab/lab.ts';
import { check } from './check.ts';

const LARGE = 9 * 1024 * 1024;

/** Sends a body that is too large. @returns the answer; undefined when the processor closed the connection early */
async function askLarge(lab: Lab): Promise<Answered | undefined> {
  const text = JSON.stringify({ ids: ['x'.repeat(LARGE)] });
  const asking = {
    as: 'gateway',
    user: BOB,
    method: 'POST',
    path: '/blobs/batch',
    text,
    mayBeCutOff: true,
  } as const;
  try {
    return await lab.deps.calls.ask(asking);
  } catch (error) {
    if (error instanceof Unchecked) return undefined;
    throw error;
  }
}

const listed = (query: string) => {
  const { path, template } = routed`/users/${BOB}/blobs`;
  return { path: `${path}?${query}`, template };
};

/** Invalid calls, with the code and field of their refusal. */
const REFUSED = [
  ['GET', listed('limit=0'), undefined, 'VALIDATION_FAILED', 'limit'],
  ['GET', listed('limit=101'), undefined, 'VALIDATION_FAILED', 'limit'],
  ['GET', listed('limit=many'), undefined, 'VALIDATION_FAILED', 'limit'],
  ['GET', listed('since=yesterday'), undefined, 'VALIDATION_FAILED', 'since'],
  ['GET', listed('after=nowhere'), undefined, 'CURSOR_INVALID', 'after'],
  ['POST', '/blobs/batch', { ids: Array.from({ length: 1_001 }, () => 'x') }, 'VALIDATION_FAILED', 'ids'],
  ['POST', '/blobs/batch', { ids: 'x' }, 'VALIDATION_FAILED', 'ids'],
  ['POST', '/blobs/batch', { ids: [7] }, 'VALIDATION_FAILED', 'ids'],
  ['POST', '/blobs/batch', {}, 'VALIDATION_FAILED', 'ids'],
] as const;

async function expectRefused(lab: Lab): Promise<void> {
  for (const [method, path, body, code, field] of REFUSED) {
    const answer = await lab.ask(method, path, BOB, body);
    const given = (answer.body as { error?: { field?: unknown } } | undefined)?.error?.field;
    const where = typeof path === 'string' ? path : path.path;
    const isRight = codeOf(answer) === code && String(given).split('.')[0] === field;
    const what = JSON.stringify(body)?.slice(0, 40) ?? '';
    expect(
      isRight,
      () =>
        `${method} ${where} ${what} was answered ${answeredWith(answer)}; expected ${code} with \`field\`: \`${field}\`.`,
    );
  }
}

/** Invalid bodies and parameters. */
export const limitChecks = [
  check('L4', async (lab) => {
    for (const text of ['{"ids":', 'ids', '']) {
      const answer = await lab.deps.calls.ask({
        as: 'gateway',
        user: BOB,
        method: 'POST',
        path: '/blobs/batch',
        text,
      });
      expect(
        codeOf(answer) === 'BAD_REQUEST',
        () => `The body \`${text}\` was answered ${answeredWith(answer)}.`,
      );
    }
    const large = await askLarge(lab);
    if (large) expect(large.status === 413, () => `A body of 9 MiB was answered ${answeredWith(large)}.`);
  }),
  check('L5', expectRefused),
];
