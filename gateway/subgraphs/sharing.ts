import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { SubgraphRequest, Subgraphs } from './subgraphs.ts';

/** An answer that is awaited, and who asked for it first. */
interface Shared {
  readonly answer: Promise<string>;
  readonly first: SubgraphRequest;
}

/** Whether those who joined a request may still get an answer: its own time is over, or its client is gone. */
const isOfFirstAlone = (error: unknown, { signal }: SubgraphRequest): boolean =>
  signal?.aborted || (error instanceof BlobgraphError && error.code === 'DEADLINE_EXCEEDED');

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
  const awaited = new Map<string, Map<string, Shared>>();

  function query(request: SubgraphRequest, context: Context, caller: string): Promise<string> {
    const own = awaited.get(caller) ?? new Map<string, Shared>();
    awaited.set(caller, own);
    const key = `${request.subgraph} ${request.body}`;
    const known = own.get(key);
    if (known) {
      return known.answer.catch((error: unknown) => {
        if (!isOfFirstAlone(error, known.first)) throw error;
        return subgraphs.ask(request, context);
      });
    }
    const answer = subgraphs.ask(request, context).finally(forget);
    own.set(key, { answer, first: request });
    setImmediate(forget);
    return answer;

    function forget(): void {
      if (own.get(key)?.answer === answer) own.delete(key);
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
