import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { builtFile } from '../platform/paths.ts';
import type { Subgraph } from './project.ts';

/** What is needed of a processor's value before its service is generated. */
const processorModule = z.object({
  default: z.object({
    id: z.string(),
    takes: z.record(z.string(), z.array(z.string())).default({}),
    makes: z.object({ schema: z.string() }),
    settings: z.object({ shape: z.record(z.string(), z.unknown()) }).optional(),
  }),
});

export type ProcessorValue = z.infer<typeof processorModule>['default'];

/** Reads the processors' values as they were last built, in the order of `supergraph.yaml`. */
export async function readProcessors(subgraphs: readonly Subgraph[]): Promise<ProcessorValue[]> {
  const folders = subgraphs.filter(({ isProcessor }) => isProcessor).map(({ folder }) => folder);
  const load = async (folder: string): Promise<unknown> =>
    import(pathToFileURL(builtFile(`${folder}/processor.ts`)).href);
  return (await Promise.all(folders.map(load))).map((module) => processorModule.parse(module).default);
}
