import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { watch } from 'chokidar';
import { projectRoot } from '../platform/process/paths.ts';
import { Compiler, isSource } from './dev/compiler.ts';
import { Systems } from './dev/systems.ts';

/**
 * Runs the system, and after each save that compiles the new one in its place, on the same data. A change of SDL or of
 * `supergraph.yaml` makes the generated files first. What does not compile, load or compose leaves the last good
 * system running. Ctrl-C ends all of it.
 */

const WATCHED = ['cli', 'codegen', 'gateway', 'platform', 'schemas', 'subgraphs', 'supergraph.yaml'];
const SETTLED_MS = 50;

const say = (line: string) => console.log(`dev: ${line}`);
const systems = new Systems({ say });
const compiler = new Compiler(projectRoot);

const isGraph = (file: string) => file === 'supergraph.yaml' || basename(file) === 'schema.graphql';
const isSchema = (file: string) => file.startsWith('schemas/') && file.endsWith('.json');

/** Makes the generated files. Those that are TypeScript are saves of their own; the rest is read at the start. */
async function generate(): Promise<void> {
  const command = ['dist/codegen.js', '--no-build'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: projectRoot });
    if (!/\.ts$/m.test(stdout)) void systems.replace();
  } catch (error) {
    const { stderr } = error as { readonly stderr: string };
    say(`The graph cannot be made. The last good system runs on.\n${stderr.trim()}`);
  }
}

const saved = new Set<string>();
let settling: NodeJS.Timeout | undefined;
let taken = Promise.resolve();

async function take(files: readonly string[]): Promise<void> {
  const sources = files.filter(isSource);
  const mistakes = await compiler.build(sources);
  if (mistakes.length > 0) {
    // The compiler keeps its own; the others are taken with what is saved next.
    for (const file of files) if (!isSource(file)) saved.add(file);
    say(`Does not compile. The last good system runs on.\n${mistakes.join('\n')}`);
  } else if (files.some(isGraph)) await generate();
  else if (sources.length > 0 || files.some(isSchema)) void systems.replace();
}

/** Once the files of one save are all written, they are taken together. */
function save(file: string): void {
  saved.add(file);
  clearTimeout(settling);
  settling = setTimeout(() => {
    const files = [...saved];
    saved.clear();
    taken = taken.then(() => take(files));
  }, SETTLED_MS);
}

const watcher = watch(WATCHED, { cwd: projectRoot, ignoreInitial: true });
for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, save);
void systems.replace();

async function end(): Promise<void> {
  await Promise.all([watcher.close(), systems.stop()]);
  process.exit();
}

let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (!isEnding) void end();
    isEnding = true;
  });
