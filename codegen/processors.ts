import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { StartersFault } from '../platform/process/exit.ts';
import { builtFile } from '../platform/process/paths.ts';
import { InvalidSpec } from '../platform/processor/records/names.ts';
import type { Subgraph } from './project.ts';

/** The members of a processor’s definition that code is generated from. */
export const processorModule = z.object({
  default: z.object({
    id: z.string(),
    takes: z.record(z.string(), z.array(z.string())).default({}),
    makes: z.object({ type: z.string(), schema: z.string(), schemaVersion: z.string().default('1.0.0') }),
    records: z.object({
      members: z.record(z.string(), z.unknown()).optional(),
      beside: z.record(z.string(), z.unknown()).default({}),
      children: z.record(z.string(), z.unknown()).default({}),
    }),
    resolvers: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
    exports: z.object({ field: z.string().default('exports') }).optional(),
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
 * Loads the processors' definitions from the last build, in the order of `supergraph.yaml`.
 * @throws StartersFault that names the processor that cannot be loaded, and why
 */
export async function readProcessors(subgraphs: readonly Subgraph[]): Promise<ProcessorValue[]> {
  const folders = subgraphs.filter(({ isProcessor }) => isProcessor).map(({ folder }) => folder);
  return (await Promise.all(folders.map(load))).map((module) => processorModule.parse(module).default);
}
