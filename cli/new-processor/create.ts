import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../platform/process/exit.ts';
import { wrongWith } from './check.ts';
import { nextPort, processorFiles, withSubgraph } from './files.ts';
import { type ProjectProcessor, readProject, SUPERGRAPH } from './project.ts';
import { type Given, parse } from './request.ts';
import { writeProcessor } from './write.ts';

/**
 * Adds a processor to the project under `root`; checks everything before it writes. `processors`: the existing ones.
 * @returns paths of the written files, from the root
 * @throws UsageError on a conflict, before anything is written
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
