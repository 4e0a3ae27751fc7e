import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { projectFile, projectRoot } from '../../platform/process/paths.ts';
import { namesOf } from './names.ts';
import type { ProcessorRequest } from './request.ts';

/** Ports below are reserved for services that ship with the project. */
const FIRST_PORT = 8020;

/** The lowest free port for a new subgraph. */
export function nextPort(taken: readonly number[]): number {
  let port = FIRST_PORT;
  while (taken.includes(port)) port += 1;
  return port;
}

/** `supergraph.yaml` with one more subgraph; the rest is unchanged, comments included. */
export function withSubgraph(text: string, id: string, port: number): string {
  const document = parseDocument(text);
  document.setIn(['subgraphs', id], {
    routing_url: `http://127.0.0.1:${port}/graphql`,
    schema: { file: `${namesOf(id).folder}/schema.graphql` },
  });
  return document.toString({ lineWidth: 0 });
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(projectFile('cli', 'new-processor', 'templates', `${template}.template`), 'utf8');
  return text.replace(/\{\{(\w+)\}\}/g, (_place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${template}.template: there is no {{${name}}}`);
    return value;
  });
}

/** The text formatted by Biome: line breaks depend on the length of names. */
function formatted(path: string, text: string): string {
  const biome = projectFile('node_modules', '.bin', 'biome');
  const args = ['check', '--write', `--stdin-file-path=${path}`];
  const { status, stdout, stderr } = spawnSync(biome, args, {
    cwd: projectRoot,
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${path} could not be formatted:\n${stderr}`);
  return stdout;
}

/** A new processor's files, by path from the project's root. */
export function processorFiles({ id, type, takes, store }: ProcessorRequest): Map<string, string> {
  const { folder, schema, blobType, table, title } = namesOf(id);
  const lists = Object.entries(takes).map(
    ([event, ids]) => `'${event}': [${ids.map((each) => `'${each}'`)}],`,
  );
  // Records that Redis evicts are made again from their source.
  const kept = store === 'redis' ? "store: 'redis', rebuildable: true" : `store: '${store}'`;
  const values = { id, type, kept, schema, blobType, table, name: title, takes: lists.join(' ') };
  const files = new Map<string, string>();
  for (const file of ['schema.graphql', 'processor.ts', 'run.ts', 'run.test.ts'])
    files.set(`${folder}/${file}`, fill(file, values));
  files.set(`schemas/${schema}/1.0.0.json`, fill('schema.json', values));
  return new Map([...files].map(([path, text]) => [path, formatted(path, text)]));
}
