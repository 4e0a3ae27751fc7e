import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { composeFiles } from './codegen/compose.ts';
import { configurationFile } from './codegen/configuration.ts';
import { resolverTypes, supergraphFile } from './codegen/graph.ts';
import { operationFiles } from './codegen/operations.ts';
import { readProcessors } from './codegen/processors.ts';
import { type GeneratedFile, read, readSubgraphs } from './codegen/project.ts';
import { assertDataTypes } from './codegen/schemas/data-types.ts';
import { schemaFiles } from './codegen/schemas/schemas.ts';
import { serviceFiles } from './codegen/services.ts';
import { stateFiles } from './codegen/state.ts';
import { errorsPage } from './platform/errors/errors.markdown.ts';
import { exitWith } from './platform/process/exit.ts';
import { projectFile, projectRoot } from './platform/process/paths.ts';

/**
 * Writes every generated file, then builds. From the subgraphs' SDL: stubs of the processors' blob types in the state
 * subgraph, each subgraph's resolver types, the supergraph. From `supergraph.yaml` and the processors' values: the
 * ports, the list of services, the compose files. From the table of errors and the variables of the environment:
 * their pages in the docs. From the JSON Schemas: their TypeScript types, and the list of their upcasters; the GraphQL types of
 * what processors make are checked against them.
 * `--no-build` only writes them. `--check` writes nothing, and fails when a file differs from its generated form.
 */

/** Path and text of every generated file. */
async function generate(): Promise<Map<string, string>> {
  const subgraphs = readSubgraphs();
  const made = new Map<string, string>(stateFiles(subgraphs));
  const add = (files: readonly GeneratedFile[]) => {
    for (const [file, text] of files) made.set(file, text);
  };
  const withSdl = subgraphs.map((each) => ({ ...each, sdl: made.get(each.sdlFile) ?? read(each.sdlFile) }));
  for (const each of withSdl) add(await resolverTypes(each));
  add(schemaFiles());
  const processors = await readProcessors(subgraphs);
  assertDataTypes(withSdl, processors);
  const supergraph = supergraphFile(withSdl);
  add([supergraph, ...(await operationFiles(supergraph[1]))]);
  add([...serviceFiles(subgraphs), ...composeFiles(subgraphs, processors)]);
  add([configurationFile(subgraphs, processors)]);
  return made.set('docs/errors.md', errorsPage());
}

function write(files: readonly GeneratedFile[], builds: boolean): void {
  for (const [file, text] of files) {
    writeFileSync(projectFile(file), text);
    console.log(`wrote ${file}`);
  }
  // The next command must run the new code.
  if (builds && files.some(([file]) => file.endsWith('.ts')))
    execFileSync('npm', ['run', '--silent', 'build:ts'], { cwd: projectRoot, stdio: 'inherit' });
}

/** Reports files that are out of date. Returns the exit code. */
function check(stale: readonly GeneratedFile[]): number {
  for (const [file] of stale) console.error(`${file} is out of date: run \`npm run codegen\` and commit it`);
  return stale.length === 0 ? 0 : 1;
}

try {
  const stale = [...(await generate())].filter(
    ([file, text]) => !existsSync(projectFile(file)) || read(file) !== text,
  );
  if (process.argv.includes('--check')) process.exitCode = check(stale);
  else write(stale, !process.argv.includes('--no-build'));
} catch (error) {
  exitWith(error);
}
