import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { builtFile } from '../platform/paths.ts';
import type { Subgraph } from './project.ts';

const withSettings = z.object({
  default: z.object({ settings: z.object({ shape: z.record(z.string(), z.unknown()) }).optional() }),
});

/** The variables of its own that a processor reads, as its value says: none where it has no settings. */
export async function settingsOf({ folder, isProcessor }: Subgraph): Promise<string[]> {
  if (!isProcessor) return [];
  const module: unknown = await import(pathToFileURL(builtFile(`${folder}/processor.ts`)).href);
  return Object.keys(withSettings.parse(module).default.settings?.shape ?? {});
}
