import { type CreateBlobInput, createAndFollow, type Graph, GraphError, InputError } from 'blobgraph/client';
import { type DraftFaults, faultsIn } from './text/draft.ts';

export type Saved = { readonly id: string } | { readonly faults: DraftFaults; readonly isOver: boolean };

const STOPPED = 'Stopped. It may be stored already: saving it again stores nothing twice.';
const UNKNOWN = 'Nobody knows whether it was stored. Save again: nothing is stored twice.';

const isAborted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/**
 * Stores a draft, sent again by its key for as long as nobody answers. `isOver`: the key is used up, and another saving needs a new
 * one.
 */
export async function save(graph: Graph, input: CreateBlobInput, signal: AbortSignal): Promise<Saved> {
  try {
    // The first that it tells of is the stored blob; the screen follows it by itself.
    for await (const { blob } of createAndFollow(graph, input, { signal })) return { id: blob.id };
    return {
      faults: { other: 'It was stored, and deleted at once. Save again to store it anew.' },
      isOver: true,
    };
  } catch (error) {
    if (error instanceof InputError) return { faults: faultsIn(error.userErrors), isOver: true };
    if (error instanceof GraphError) return { faults: { other: error.message }, isOver: false };
    return { faults: { other: isAborted(error) ? STOPPED : UNKNOWN }, isOver: false };
  }
}
