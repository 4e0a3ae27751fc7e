import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { UsageError } from '../../platform/process/exit.ts';
import { builtFile, projectFile } from '../../platform/process/paths.ts';
import type { ChainLink } from '../../subgraphs/processors/registry/chains.ts';
import { createProcessor } from './create.ts';
import type { ProjectProcessor } from './project.ts';
import type { Given } from './request.ts';
import { writeProcessor } from './write.ts';

/** A copy of what the command reads and writes. */
function projectCopy(): string {
  const root = mkdtempSync(join(tmpdir(), 'blobgraph-new-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  cpSync(projectFile('supergraph.yaml'), join(root, 'supergraph.yaml'));
  cpSync(projectFile('schemas'), join(root, 'schemas'), { recursive: true });
  const { subgraphs } = parse(readFileSync(projectFile('supergraph.yaml'), 'utf8'));
  for (const { schema } of Object.values<{ schema: { file: string } }>(subgraphs))
    cpSync(projectFile(schema.file), join(root, schema.file));
  return root;
}

/** Every file under a folder with its text. */
const contents = (root: string) =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1), entry.isFile() ? readFileSync(path, 'utf8') : null];
    }),
  );

const expansion: ProjectProcessor = {
  id: 'text-expansion',
  takes: { 'blob.created': ['text-input-v1'] },
  output_schema_id: 'expanded-text-v1',
  settings: ['OPENAI_BASE_URL'],
};
/** Takes, before there is one, what a processor `zz-echo` would make. */
const eager: ChainLink = {
  id: 'eager',
  takes: { 'blob.indexed': ['zz-echo-v1'] },
  output_schema_id: 'compiled-book-v1',
};
const sample: Given = {
  id: 'zz-sample',
  type: 'ZzSample',
  takes: ['blob.indexed:expanded-text-v1'],
  store: 'postgresql',
};

const create = (root: string, given: Given) =>
  createProcessor(root, [expansion, eager], { ...sample, ...given });

describe('a new processor', () => {
  it('is five files and an entry in supergraph.yaml, which keeps its comments', () => {
    const root = projectCopy();
    const before = contents(root);
    const written = create(root, {});
    const added = Object.entries(contents(root)).filter(
      ([path, text]) => text !== null && before[path] !== text,
    );
    const folder = 'subgraphs/zz-sample';
    expect(written.sort()).toEqual(added.map(([path]) => path).sort());
    expect(written).toEqual([
      'schemas/zz-sample-v1/1.0.0.json',
      `${folder}/processor.ts`,
      `${folder}/run.test.ts`,
      `${folder}/run.ts`,
      `${folder}/schema.graphql`,
      'supergraph.yaml',
    ]);
    const supergraph = readFileSync(join(root, 'supergraph.yaml'), 'utf8');
    expect(supergraph.startsWith(before['supergraph.yaml'] ?? '-')).toBe(true);
    expect(parse(supergraph).subgraphs['zz-sample']).toEqual({
      routing_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:80[2-9]\d\/graphql$/),
      schema: { file: 'subgraphs/zz-sample/schema.graphql' },
    });
  });

  it('says what it takes, makes and keeps', () => {
    const root = projectCopy();
    const takes = ['blob.created:text-input-v1', 'blob.created:message-v1', 'blob.indexed:expanded-text-v1'];
    create(root, { takes, store: 'mongodb' });
    const text = readFileSync(join(root, 'subgraphs/zz-sample/processor.ts'), 'utf8');
    expect(text).toContain(
      "takes: { 'blob.created': ['text-input-v1', 'message-v1'], 'blob.indexed': ['expanded-text-v1'] },",
    );
    expect(text).toContain("makes: { type: 'ZzSample', schema: 'zz-sample-v1' },");
    expect(text).toContain("records: records('zz_samples', { store: 'mongodb' }),");
    create(root, { id: 'zz-second', type: 'ZzSecond', store: 'redis' });
    const second = readFileSync(join(root, 'subgraphs/zz-second/processor.ts'), 'utf8');
    expect(second).toContain("records: records('zz_seconds', { store: 'redis', rebuildable: true }),");
  });

  it('takes the next free port, and a second one the one after', () => {
    const root = projectCopy();
    create(root, {});
    create(root, { id: 'zz-second', type: 'ZzSecond' });
    const { subgraphs } = parse(readFileSync(join(root, 'supergraph.yaml'), 'utf8'));
    const ports = Object.values<{ routing_url: string }>(subgraphs).map(
      ({ routing_url }) => new URL(routing_url).port,
    );
    expect(new Set(ports).size).toBe(ports.length);
  });

  it.each(['z', 'zz-very-long-name-of-one-in-letters'])(
    'is formatted as the project is, be it called %s',
    (id) => {
      const root = projectCopy();
      const type = `Zz${'Long'.repeat(id.length > 1 ? 14 : 0)}`;
      const paths = create(root, { id, type }).filter((path) => path !== 'supergraph.yaml');
      for (const path of paths) {
        const args = ['check', '--write', `--stdin-file-path=${path}`];
        const input = readFileSync(join(root, path), 'utf8');
        const biome = spawnSync(projectFile('node_modules', '.bin', 'biome'), args, {
          input,
          encoding: 'utf8',
        });
        expect([path, biome.status, biome.stdout]).toEqual([path, 0, input]);
      }
    },
  );
});

describe('what does not fit is told in one line, and nothing is written:', () => {
  it.each<[string, Given, RegExp]>([
    ['an id with capitals', { id: 'ZzSample' }, /--id "ZzSample": must be lower-case letters/],
    ['an id that is a path', { id: '../x' }, /--id "\.\.\/x": must be lower-case/],
    ['an id that is too long', { id: 'x'.repeat(50) }, /too long/],
    ['an id of the system', { id: 'router' }, /taken by the system/],
    ['an id whose database is the event log’s', { id: 'event-log' }, /taken by the system/],
    ['an id that PostgreSQL keeps to itself', { id: 'pg-stats' }, /taken by the system/],
    ['an id whose database PostgreSQL makes others of', { id: 'template1' }, /taken by the system/],
    ['an id that MongoDB keeps to itself', { id: 'config' }, /taken by the system/],
    ['an id whose variable is MongoDB’s', { id: 'mongo' }, /the variable MONGO_URL is in use/],
    ['an id whose variable is a setting', { id: 'openai-base' }, /OPENAI_BASE_URL is in use/],
    ['a container’s name', { id: 'minio' }, /docker-compose\.yml has a container/],
    ['a name of the cluster’s', { id: 'nats-2' }, /docker-compose\.yml has a container/],
    ['a subgraph’s id', { id: 'text-expansion' }, /supergraph\.yaml has it/],
    ['an id whose schema exists', { id: 'expanded-text' }, /there is schemas\/expanded-text-v1/],
    ['an id whose folder exists', { id: 'zz-left-over' }, /there is subgraphs\/zz-left-over/],
    ['an id that is a type of blobs', { id: 'text' }, /blobs of text-input-v1 are of type `text`/],
    ['a type in small letters', { type: 'zzSample' }, /--type "zzSample": must be/],
    ['a processor’s type', { type: 'ExpandedText' }, /the graph has a type ExpandedText/],
    ['a type of the graph', { type: 'BlobIndex' }, /the graph has a type BlobIndex/],
    ['a built-in type', { type: 'String' }, /the graph has a type String/],
    [
      'an unknown schema',
      { takes: ['blob.created:poem-v1'] },
      /there is no schema poem-v1, but .*text-input-v1/,
    ],
    [
      'an unknown event',
      { takes: ['blob.stored:text-input-v1'] },
      /--takes "blob\.stored:text-input-v1": write/,
    ],
    ['no event', { takes: ['text-input-v1'] }, /EVENT:SCHEMA/],
    ['blobs that no processor makes', { takes: ['blob.indexed:note-v1'] }, /no processor makes note-v1/],
    ['what it makes itself', { takes: ['blob.indexed:zz-sample-v1'] }, /which it makes itself/],
    [
      'a circle',
      { id: 'zz-echo', takes: ['blob.indexed:compiled-book-v1'] },
      /`eager` makes of `zz-echo-v1`.*without end/,
    ],
    ['an unknown store', { store: 'sqlite' }, /--store "sqlite": must be one of postgresql, mongodb, redis/],
  ])('%s', (_what, given, message) => {
    const root = projectCopy();
    mkdirSync(join(root, 'subgraphs', 'zz-left-over'));
    const before = contents(root);
    const attempt = () => create(root, given);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow('\n');
    expect(contents(root)).toEqual(before);
  });
});

it('leaves nothing behind when a file cannot be written, and what was there alone', () => {
  const root = projectCopy();
  const before = contents(root);
  const files = new Map([
    ['subgraphs/zz-sample/run.ts', 'first'],
    ['schemas/note-v1/1.0.0.json', 'second: its folder is there'],
  ]);
  expect(() => writeProcessor(root, files, 'subgraphs: {}')).toThrow('EEXIST');
  expect(contents(root)).toEqual(before);
});

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [builtFile('cli/new-processor.ts'), ...args], { encoding: 'utf8' });

  it.each([
    [
      ['--id', 'Bad Id', '--type', 'T', '--takes', 'blob.created:text-input-v1', '--store', 'mongodb'],
      /^--id "Bad Id"/,
    ],
    [
      ['--id', 'zz-sample', '--store', 'mongodb'],
      /^Missing: --type, --takes\. For example: npm run new:processor --/,
    ],
    [['--ids', 'zz-sample'], /^Unknown option '--ids'/],
  ])('refuses %j in one line, with exit code 1', (args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
