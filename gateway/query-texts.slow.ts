import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { builtFile } from '../platform/process/paths.ts';

const MEBIBYTE = 1024 * 1024;
/** Bytes that caches may keep: 64 MiB of operations in the gateway, 16 MiB in the subgraph, and some overhead. */
const CACHES = 96 * MEBIBYTE;

test('80 texts of 7.5 MB, and many different ones of 60 KB, leak no memory over any transport', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [builtFile('gateway/testing/query-texts.child.ts')],
    { maxBuffer: MEBIBYTE },
  );
  const { before, afterLong, afterShort } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(afterLong - before).toBeLessThan(16 * MEBIBYTE);
  expect(afterShort - before).toBeLessThan(CACHES);
}, 180_000);
