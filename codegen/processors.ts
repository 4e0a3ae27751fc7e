import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { StartersFault } from '../platform/exit.ts';
import { builtFile } from '../platform/paths.ts';
import { InvalidSpec } from '../platform/processor/records/names.ts';
import type { Subgraph } from './project.ts';

/** Members of a processor's value that its service is generated from. */
const processorModule = z.object({
  default: z.object({
    id: z.string(),
    takes: z.record(z.string(), z.array(z.string())).default({}),
    makes: z.object({ schema: z.string() }),
    settings: z.object({ shape: z.record(z.string(), z.unknown()) }).optional(),
  }),
});

export type ProcessorValue = z.infer<typeof processorModule>['default'];

async function load(folder: string): Promise<unknown> {
  const file = `${folder}/processor.ts`;
  try {
    return await import(pathToFileURL(builtFile(file)).href);
  } catch (error) {
    throw error instanceof InvalidSpec ? new StartersFault(`${file}: ${error.message}`) : error;
  }
}

/**
 * Reads the processors' values as they were last built, in the order of `supergraph.yaml`.
 * @throws StartersFault that names the one that cannot be, and why
 */
export async function readProcessors(subgraphs: readonly Subgraph[]): Promise<ProcessorValue[]> {
  const folders = subgraphs.filter(({ isProcessor }) => isProcessor).map(({ folder }) => folder);
  return (await Promise.all(folders.map(load))).map((module) => processorModule.parse(module).default);
}
