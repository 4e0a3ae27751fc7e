import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../platform/config/config.ts';
import { developmentKeys } from '../platform/identity/keys/development-keys.ts';
import { developmentToken } from '../platform/identity/users/development-token.ts';
import { projectFile, projectRoot } from '../platform/process/paths.ts';
import { createGraphClient, type GraphClient } from './harness/client.ts';
import { coreQuery, createDraft } from './harness/operations.ts';
import { freePortOffset } from './harness/ports.ts';
import { type ServiceProcess, startProcess } from './harness/process.ts';
import { untilReady } from './harness/system.ts';
import { projectFiles } from './layout/files.ts';

/**
 * Adds two processors to a copy of the project, one for users' blobs and one for the other's results: each is five
 * files and an entry, and `npm run codegen` does the rest.
 */

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'blobgraph-copy-')));
const copy = join(folder, 'project');
let system: ServiceProcess | undefined;
let client: GraphClient | undefined;

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=copy', '-c', 'user.email=copy@localhost', ...args], {
    cwd: copy,
    encoding: 'utf8',
  });

/**
 * Runs a command in the copy.
 * @returns its output
 * @throws with its output when it fails
 */
function run(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: copy, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout.slice(-8_000)}\n${stderr.slice(-8_000)}`);
  }
}

/** Files that differ from the original. */
const touched = () =>
  git('status', '--porcelain', '--untracked-files=all')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(3))
    .toSorted();

const filesOf = (id: string) => [
  `schemas/${id}-v1/1.0.0.json`,
  ...['processor.ts', 'run.test.ts', 'run.ts', 'schema.graphql'].map((file) => `subgraphs/${id}/${file}`),
];

const added = ['word-cloud', 'cloud-words'].flatMap(filesOf);

beforeAll(() => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((path) => path !== '' && path !== 'node_modules'))
    if (existsSync(projectFile(file))) cpSync(projectFile(file), join(copy, file));
  symlinkSync(realpathSync(projectFile('node_modules')), join(copy, 'node_modules'));
  const shared = projectFile('..', 'shared');
  if (existsSync(shared)) symlinkSync(realpathSync(shared), join(folder, 'shared'));
  git('init', '--quiet');
  appendFileSync(join(copy, '.git', 'info', 'exclude'), 'node_modules\n');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'The project');
});

afterAll(async () => {
  await client?.close();
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('writes two processors, and touches nothing else', () => {
  const create = (...args: string[]) => run('npm', 'run', '--silent', 'new:processor', '--', ...args);
  const [first, second] = ['blob.created:text-input-v1', 'blob.indexed:word-cloud-v1'];
  create('--id', 'word-cloud', '--type', 'WordCloud', '--takes', first, '--store', 'postgresql');
  create('--id', 'cloud-words', '--type', 'CloudWords', '--takes', second, '--store', 'redis');
  expect(touched()).toEqual([...added, 'supergraph.yaml'].toSorted());
});

it('generates all that follows from them', () => {
  run('npm', 'run', '--silent', 'codegen');
  const generated =
    /\.generated\.(ts|graphql)$|^docs\/configuration\.md$|^gateway\/supergraph\.graphql$|^docker-compose(\.cluster)?\.yml$/;
  expect(touched().filter((file) => !generated.test(file))).toEqual([...added, 'supergraph.yaml'].toSorted());
  run('npm', 'run', '--silent', 'codegen', '--', '--check');
});

/** Folders that are about all processors and services, and what tests elsewhere name who look at them. */
const ABOUT_ALL =
  /^(cli\/(conformance|new-processor|operators|system)|codegen|e2e\/layout|gateway\/(graph|planning)|platform\/(config|supergraph))\//;
const NAMES_ALL =
  /\b(projectFiles?|projectRoot|serviceNames|servicePorts|readShippedSchemas)\b|\.generated\b|supergraph/i;

/** Paths of the unit tests that a new processor can break. */
const testsOfAll = (): string[] =>
  projectFiles()
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => ABOUT_ALL.test(path) || NAMES_ALL.test(readFileSync(projectFile(path), 'utf8')));

it('passes the linter and the compiler', () => {
  run('npx', 'biome', 'ci', '.');
  run('npm', 'run', '--silent', 'typecheck');
});

it('passes its own tests, and those about all processors', () => {
  const tests = testsOfAll();
  const surely = [
    'cli/compose.test.ts',
    'cli/conformance/contract.test.ts',
    'cli/system/docker-compose.test.ts',
    'cli/system/system.test.ts',
    'codegen/compose.test.ts',
    'codegen/configuration.test.ts',
    'codegen/project.test.ts',
    'e2e/clients/docs.test.ts',
    'e2e/layout/circles.test.ts',
    'e2e/layout/layout.test.ts',
    'gateway/graph/schema.test.ts',
    'gateway/planning/supergraph/supergraph.test.ts',
    'platform/config/config.test.ts',
    'platform/supergraph/schema-rules.test.ts',
    'subgraphs/schemas/catalog/shipped.test.ts',
  ];
  expect(tests).toEqual(expect.arrayContaining(surely));
  const own = added.filter((path) => path.endsWith('.test.ts'));
  expect(own).toHaveLength(2);
  run('npx', 'vitest', 'run', '--project', 'unit', '--reporter', 'dot', ...own, ...tests);
});

const DERIVED = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      processing { state }
      derived(processorId: "word-cloud") {
        nodes {
          id
          title
          preview
          content { __typename ... on WordCloud { wordCount words { word count } parentBlob { id } } }
          derived {
            nodes { id processorId content { __typename ... on CloudWords { wordCount parentBlobId createdAt } } }
          }
        }
      }
      lineage { nodes { id processorId } edges { parentId childId } }
    }
  }
`;

interface Answer {
  readonly blob: {
    readonly processing: { readonly state: string };
    readonly derived: {
      readonly nodes: readonly { id: string; derived: { nodes: readonly { id: string }[] } }[];
    };
    readonly lineage: {
      readonly nodes: readonly { id: string; processorId: string }[];
      readonly edges: readonly object[];
    };
  };
}

const CHANGES = /* GraphQL */ `
  subscription ($after: String) {
    blobChanged(after: $after) {
      kind
      blob { id processorId content { __typename ... on WordCloud { wordCount } ... on CloudWords { wordCount } } }
    }
  }
`;

interface Change {
  readonly blobChanged: {
    readonly kind: string;
    readonly blob: {
      readonly id: string;
      readonly processorId: string;
      readonly content: object | null;
    } | null;
  };
}

/** Starts the copy. @returns a client of its graph, once all services are ready */
async function startCopy(): Promise<GraphClient> {
  const dataDir = join(folder, 'data');
  const environment = { NODE_ENV: 'test', DATA_DIR: dataDir, PORT_OFFSET: String(await freePortOffset()) };
  system = startProcess(join(copy, 'dist', 'cli', 'start.js'), environment, join(folder, 'output.log'));
  const config = loadConfig(environment);
  await untilReady(config.urls.gateway, system);
  const token = await developmentToken({ config, keys: developmentKeys(dataDir) }, 'alice');
  return createGraphClient(config.urls.gateway, token ?? '');
}

it('has a blob of each made of a draft, and tells of them', async () => {
  client = await startCopy();
  const graph = client;
  const changes = graph.subscribe<Change>(CHANGES, { after: (await coreQuery(graph)).liveCursor });
  const heard = new Map<string, object | null>();
  const listening = (async () => {
    for await (const { data, errors } of changes) {
      expect(errors).toBeUndefined();
      const { kind, blob } = data?.blobChanged ?? {};
      if (kind === 'DERIVED' && blob) heard.set(blob.processorId, blob.content);
      if (heard.has('word-cloud') && heard.has('cloud-words')) break;
    }
  })();
  const draft = await createDraft(graph, { content: 'The sea, the sea. The boats!' });
  const read = async () => (await graph.query<Answer>(DERIVED, { id: draft })).blob;
  await expect
    .poll(async () => (await read()).derived.nodes[0]?.derived.nodes.length, { timeout: 60_000 })
    .toBe(1);
  const { derived, lineage } = await read();
  expect(derived.nodes).toMatchObject([
    {
      preview: 'the 3, sea 2, boats 1',
      content: {
        __typename: 'WordCloud',
        wordCount: 6,
        words: [
          { word: 'the', count: 3 },
          { word: 'sea', count: 2 },
          { word: 'boats', count: 1 },
        ],
        parentBlob: { id: draft },
      },
      derived: {
        nodes: [
          {
            processorId: 'cloud-words',
            content: { __typename: 'CloudWords', wordCount: 3, parentBlobId: derived.nodes[0]?.id },
          },
        ],
      },
    },
  ]);
  const [cloud] = derived.nodes;
  expect(lineage.edges).toContainEqual({ parentId: draft, childId: cloud?.id });
  expect(lineage.edges).toContainEqual({ parentId: cloud?.id, childId: cloud?.derived.nodes[0]?.id });
  await listening;
  expect(Object.fromEntries(heard)).toMatchObject({
    'word-cloud': { __typename: 'WordCloud', wordCount: 6 },
    'cloud-words': { __typename: 'CloudWords', wordCount: 3 },
  });
  await expect.poll(async () => (await read()).processing.state, { timeout: 60_000 }).toBe('COMPLETED');
});
