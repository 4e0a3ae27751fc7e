/** Where the graph is, and who asks. */
export interface Graph {
  /** E.g. `http://127.0.0.1:8010/graphql`. */
  readonly url: string;
  readonly token: () => string | Promise<string>;
}

/** An operation was refused, or a subscription ended. */
export class GraphError extends Error {
  /** One of docs/errors.md. */
  readonly code: string | undefined;
  /** The request's id, which the server's log has too. */
  readonly requestId: string | undefined;
  /** When to try again, where the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(errors: readonly Fault[], { headers }: { headers?: Headers } = {}) {
    super(errors.map(({ message }) => message).join('\n'));
    this.code = errors[0]?.extensions?.code;
    this.requestId = headers?.get('x-request-id') ?? undefined;
    const seconds = headers?.get('retry-after');
    this.retryAfterSeconds = seconds == null ? undefined : Number(seconds);
  }
}

interface Fault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

export interface Answer<Data> {
  readonly data: Data;
  /** Errors of the parts that are missing, e.g. the content of a processor that is down. */
  readonly errors: readonly Fault[];
}

/** Runs a query or mutation. @throws GraphError when there is no data at all */
export async function ask<Data>(graph: Graph, query: string, variables: object = {}): Promise<Answer<Data>> {
  const answer = await fetch(graph.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await graph.token()}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query, variables }),
  });
  const isGraphs = answer.headers.get('content-type')?.includes('json');
  if (!isGraphs) throw new GraphError([{ message: `The server answered ${answer.status}` }], answer);
  const { data, errors = [] } = (await answer.json()) as { data?: Data | null; errors?: Fault[] };
  if (data == null) throw new GraphError(errors, answer);
  return { data, errors };
}
