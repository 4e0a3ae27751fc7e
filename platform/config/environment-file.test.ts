import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { formatEnvironment, parseEnvironment } from './environment-file.ts';

const plain = {
  MONGO_URL: 'mongodb://127.0.0.1:38603/?replicaSet=secantus&retryWrites=false',
  SPACES: '  a  b ',
  DOLLARS: '$HOME $$ $(id) `id`',
  EMPTY: '',
  HASH: 'a #b',
  BACKSLASH: 'a\\b\\',
  EQUALS: 'a=b;c|d>e<f*?[g]~!',
  TEXT: 'Grüße "🦉"',
};
const odd = { QUOTE: "it's", QUOTES: `''"'"'`, LINES: "one\ntwo='three'\n", BEFORE_QUOTE: "\\'" };

it('is read by a shell, which changes nothing of any value', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blobgraph-environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'services.env');
  writeFileSync(file, formatEnvironment({ ...plain, ...odd }));
  const names = Object.keys({ ...plain, ...odd });
  // A program that the shell starts sees them: they were exported.
  const print = `JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name]))`;
  const script = 'set -eu; set -a; . "$1"; set +a; exec "$2" --print "$3"';
  const printed = execFileSync('sh', ['-c', script, 'sh', file, process.execPath, print], {
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual(Object.values({ ...plain, ...odd }));
});

it('is read here as it was written, and by Node where no value holds a single quote', () => {
  expect(parseEnvironment(formatEnvironment({ ...plain, ...odd }))).toEqual({ ...plain, ...odd });
  expect(parseEnv(formatEnvironment(plain))).toEqual(plain);
});
