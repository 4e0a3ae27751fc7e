import { BlobgraphError } from '../../platform/errors.ts';
import type { Subgraphs } from './subgraphs.ts';

/**
 * Lets callers who ask the same of a subgraph at the same time have one answer. `callerOf`: tells callers apart who may
 * get different answers. Mutations are never shared.
 */
export function shareInFlight<Context>(
  subgraphs: Subgraphs<Context>,
  callerOf: (context: Context) => string,
): Subgraphs<Context> {
  const inFlight = new Map<string, Promise<string>>();
  return {
    ask(request, context) {
      if (request.kind === 'mutation') return subgraphs.ask(request, context);
      const key = `${request.subgraph}\n${callerOf(context)}\n${request.body}`;
      const known = inFlight.get(key);
      if (known) {
        return known.catch((error: unknown) => {
          // The time of whoever asked first was over, and not of those who joined.
          if (!(error instanceof BlobgraphError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
          return subgraphs.ask(request, context);
        });
      }
      const asked = subgraphs.ask(request, context).finally(() => inFlight.delete(key));
      inFlight.set(key, asked);
      return asked;
    },
  };
}
