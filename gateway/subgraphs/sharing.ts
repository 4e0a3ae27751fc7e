import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { SubgraphRequest, Subgraphs } from './subgraphs.ts';

/**
 * Shares the answer of identical requests to a subgraph that are made in one turn of the event loop. Whoever comes later
 * may know of a write that the answer does not, through any gateway. Mutations are never shared. Nor is a query that began
 * before a caller's mutation ended shared with later queries.
 * @param callerOf distinguishes callers who may get different answers
 */
export function shareInFlight<Context>(
  subgraphs: Subgraphs<Context>,
  callerOf: (context: Context) => string,
): Subgraphs<Context> {
  /** Pending answers, by caller and request. */
  const awaited = new Map<string, Map<string, Promise<string>>>();

  function query(request: SubgraphRequest, context: Context, caller: string): Promise<string> {
    const own = awaited.get(caller) ?? new Map<string, Promise<string>>();
    awaited.set(caller, own);
    const key = `${request.subgraph} ${request.body}`;
    const known = own.get(key);
    if (known) {
      return known.catch((error: unknown) => {
        // The deadline of the first request has passed, but not that of those who joined it.
        if (!(error instanceof BlobgraphError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
        return subgraphs.ask(request, context);
      });
    }
    const answer = subgraphs.ask(request, context).finally(forget);
    own.set(key, answer);
    setImmediate(forget);
    return answer;

    function forget(): void {
      if (own.get(key) === answer) own.delete(key);
      if (own.size === 0 && awaited.get(caller) === own) awaited.delete(caller);
    }
  }

  return {
    async ask(request, context) {
      const caller = callerOf(context);
      if (request.kind === 'query') return query(request, context, caller);
      return subgraphs.ask(request, context).finally(() => awaited.delete(caller));
    },
  };
}
