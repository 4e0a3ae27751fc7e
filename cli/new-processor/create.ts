import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../platform/exit.ts';
import { wrongWith } from './check.ts';
import { nextPort, processorFiles, withSubgraph } from './files.ts';
import { type ProjectProcessor, readProject, SUPERGRAPH } from './project.ts';
import { type Given, parse } from './request.ts';
import { writeProcessor } from './write.ts';

/**
 * Adds a processor to the project under `root`: checks everything first, then writes. `processors`: those that it has.
 * Answers the paths that were written, from the root.
 * @throws UsageError, one line that says what does not fit; then nothing was written
 */
export function createProcessor(
  root: string,
  processors: readonly ProjectProcessor[],
  given: Given,
): string[] {
  const request = parse(given);
  const project = readProject(root, processors);
  const problem = wrongWith(request, project);
  if (problem) throw new UsageError(problem);
  const files = processorFiles(request);
  const before = readFileSync(join(root, SUPERGRAPH), 'utf8');
  writeProcessor(root, files, withSubgraph(before, request.id, nextPort(project.ports)));
  return [...files.keys(), SUPERGRAPH];
}
