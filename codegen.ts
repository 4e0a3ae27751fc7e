import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { composeFiles } from './codegen/compose.ts';
import { resolverTypes, supergraphFile } from './codegen/graph.ts';
import { readProcessors } from './codegen/processors.ts';
import { type GeneratedFile, read, readSubgraphs } from './codegen/project.ts';
import { serviceFiles } from './codegen/services.ts';
import { stateFiles } from './codegen/state.ts';
import { errorsPage } from './platform/errors.markdown.ts';
import { exitWith } from './platform/exit.ts';
import { projectFile, projectRoot } from './platform/paths.ts';

/**
 * Makes every generated file: from the subgraphs' SDL the stubs of the processors' blob types in the state
 * subgraph, each subgraph's resolver types, and the supergraph; from `supergraph.yaml` and the processors' values
 * the ports, the list of services and the compose files; from the table of errors its page. Then builds what it
 * made. `--check` writes nothing and fails when a file is not as it would be made.
 */

/** Every generated file's path and text. */
async function generate(): Promise<Map<string, string>> {
  const subgraphs = readSubgraphs();
  const made = new Map<string, string>(stateFiles(subgraphs));
  const add = (files: readonly GeneratedFile[]) => {
    for (const [file, text] of files) made.set(file, text);
  };
  const withSdl = subgraphs.map((each) => ({ ...each, sdl: made.get(each.sdlFile) ?? read(each.sdlFile) }));
  for (const each of withSdl) add(await resolverTypes(each));
  const processors = await readProcessors(subgraphs);
  add([supergraphFile(withSdl), ...serviceFiles(subgraphs), ...composeFiles(subgraphs, processors)]);
  return made.set('docs/errors.md', errorsPage());
}

function write(files: readonly GeneratedFile[]): void {
  for (const [file, text] of files) {
    writeFileSync(projectFile(file), text);
    console.log(`wrote ${file}`);
  }
  // So that what runs next runs with them.
  if (files.some(([file]) => file.endsWith('.ts')))
    execFileSync('npm', ['run', '--silent', 'build:ts'], { cwd: projectRoot, stdio: 'inherit' });
}

/** Tells of files that are not as they would be made; answers the exit code. */
function check(stale: readonly GeneratedFile[]): number {
  for (const [file] of stale) console.error(`${file} is out of date: run \`npm run codegen\` and commit it`);
  return stale.length === 0 ? 0 : 1;
}

try {
  const stale = [...(await generate())].filter(
    ([file, text]) => !existsSync(projectFile(file)) || read(file) !== text,
  );
  if (process.argv.includes('--check')) process.exitCode = check(stale);
  else write(stale);
} catch (error) {
  exitWith(error);
}
