import { BlobgraphError } from '../../platform/errors.ts';
import type { SubgraphRequest, Subgraphs } from './subgraphs.ts';

/**
 * Lets who asks the same of a subgraph at the same time have one answer. Mutations are never shared, and what was asked
 * before a caller's mutation ended is not shared with what they ask after it: they would not see what they wrote.
 * `callerOf`: tells callers apart who may get different answers.
 */
export function shareInFlight<Context>(
  subgraphs: Subgraphs<Context>,
  callerOf: (context: Context) => string,
): Subgraphs<Context> {
  /** By caller: answers that are awaited, by what was asked. */
  const awaited = new Map<string, Map<string, Promise<string>>>();

  function query(request: SubgraphRequest, context: Context, caller: string): Promise<string> {
    const own = awaited.get(caller) ?? new Map<string, Promise<string>>();
    awaited.set(caller, own);
    const key = `${request.subgraph} ${request.body}`;
    const known = own.get(key);
    if (known) {
      return known.catch((error: unknown) => {
        // The time of whoever asked first was over, and not of those who joined.
        if (!(error instanceof BlobgraphError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
        return subgraphs.ask(request, context);
      });
    }
    const answer = subgraphs.ask(request, context).finally(() => {
      own.delete(key);
      if (own.size === 0 && awaited.get(caller) === own) awaited.delete(caller);
    });
    own.set(key, answer);
    return answer;
  }

  return {
    async ask(request, context) {
      const caller = callerOf(context);
      if (request.kind === 'query') return query(request, context, caller);
      return subgraphs.ask(request, context).finally(() => awaited.delete(caller));
    },
  };
}
