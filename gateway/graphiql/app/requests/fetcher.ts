import type { GraphiQLProps } from 'graphiql';
import {
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { createClient } from 'graphql-ws';
import { boundaryOf, readParts } from './parts.ts';

type Fetcher = GraphiQLProps['fetcher'];
type Operation = Parameters<Fetcher>[0];
type Headers = Record<string, string>;

/** In parts where something is deferred. */
const accept = 'multipart/mixed; deferSpec=20220824, application/graphql-response+json, application/json';

const failure = (message: string): ExecutionResult => ({ errors: [new GraphQLError(message)] });

/**
 * GraphiQL parses a document 100 ms after it was entered. Run before that, it is sent with the operation name of the
 * previous document. A document's only operation needs no name.
 */
export function underItsName(operation: Operation): Operation {
  const { operationName, ...rest } = operation;
  try {
    const operations = parse(rest.query).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 && operations[0]?.name?.value !== operationName ? rest : operation;
  } catch {
    // A syntax error, which the gateway reports.
    return operation;
  }
}

/** The operation that is run; undefined where its document has none such, or is no GraphQL, as the gateway reports. */
function definitionOf({ query, operationName }: Operation): OperationDefinitionNode | undefined {
  try {
    return getOperationAST(parse(query), operationName) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Shows why there is no answer: GraphQL errors, a closed connection, or a failure to connect. */
function asResult(url: URL, error: unknown): ExecutionResult {
  if (Array.isArray(error)) return { errors: error };
  if (error instanceof CloseEvent)
    return failure(`${url} closed the connection: ${error.code} ${error.reason}`);
  return failure(error instanceof Error ? `${url}: ${error.message}` : `${url} does not answer`);
}

/** An answer in parts; that it broke off is its last. */
async function* partsOf(url: URL, body: ReadableStream<Uint8Array>, boundary: string) {
  try {
    for await (const part of readParts(body, boundary)) yield part as ExecutionResult;
  } catch (error) {
    yield { ...asResult(url, error), hasNext: false };
  }
}

/** Notes the first part: what later steps need is not deferred. */
async function* noted(parts: AsyncGenerator<ExecutionResult>, note: (result: ExecutionResult) => void) {
  let isFirst = true;
  for await (const part of parts) {
    if (isFirst) note(part);
    isFirst = false;
    yield part;
  }
}

type Results = ExecutionResult | AsyncGenerator<ExecutionResult>;

async function request(url: URL, operation: Operation, headers: Headers): Promise<Results> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(operation),
    });
    const { status, statusText } = response;
    const boundary = boundaryOf(response.headers.get('content-type'));
    if (boundary !== undefined && response.body) return partsOf(url, response.body, boundary);
    const text = await response.text();
    if (!text.startsWith('{'))
      return failure(`${url} answered ${status} ${statusText}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  } catch (error) {
    return asResult(url, error);
  }
}

/** Opens one connection per subscription, so that each has the headers of its own tab. */
function subscribe(
  url: URL,
  { query, variables, operationName }: Operation,
  headers: Headers,
  note: (result: ExecutionResult) => void,
) {
  let connected = false;
  const client = createClient({
    url: url.href,
    connectionParams: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    // Browsers report a refused connection as a plain event, which is fatal by default. Retry connections that once
    // worked, for restarts of the gateway; report others at once.
    shouldRetry: () => connected,
    on: {
      connected: () => {
        connected = true;
      },
    },
  });
  const payload = { query, variables, operationName: operationName ?? null };
  const results = client.iterate(payload) as AsyncGenerator<ExecutionResult>;
  const next = async () => {
    const item = await results.next().catch((error: unknown) => ({ value: asResult(url, error) }));
    if (item.value) note(item.value);
    return item;
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: () => results.return(undefined) }) };
}

export interface FetcherOptions {
  /** For the schema, which is read before the headers editor is there. */
  readonly schemaHeaders: Headers;
  /** Called with each result of an operation that has a name. */
  readonly note: (name: string, result: ExecutionResult) => void;
}

/**
 * Sends queries and mutations over HTTP and subscriptions over graphql-ws, both to `url`, with the headers of the
 * headers editor. For subscriptions, they are the payload of `connection_init`, with names in lower case.
 */
export function createFetcher(url: URL, { schemaHeaders, note }: FetcherOptions): Fetcher {
  const socketUrl = new URL(url);
  socketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return async (asked, options) => {
    const operation = underItsName(asked);
    const definition = definitionOf(operation);
    const name = definition?.name?.value;
    const readsSchema = operation.operationName === 'IntrospectionQuery';
    const headers: Headers = options?.headers ?? (readsSchema ? schemaHeaders : {});
    const noteResult = (result: ExecutionResult) => {
      if (name !== undefined) note(name, result);
    };
    if (definition?.operation === 'subscription') return subscribe(socketUrl, operation, headers, noteResult);
    const result = await request(url, operation, headers);
    if (Symbol.asyncIterator in result) return noted(result, noteResult);
    noteResult(result);
    return result;
  };
}
