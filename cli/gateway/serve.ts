import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { createDocuments } from '../../gateway/documents/documents.ts';
import { MemoryTexts } from '../../gateway/documents/registered/registered-texts.memory.ts';
import type { ExecutionResult } from '../../gateway/execution/executor.ts';
import { type OpenedGraph, openGraph } from '../../gateway/graph/graph.ts';
import { lookingForAnother, ReplaceableGraph } from '../../gateway/graph/replaceable.ts';
import { compressAnswers } from '../../gateway/http/compression.ts';
import { serveGraphOverHttp } from '../../gateway/http/graph-over-http.ts';
import type { Operation } from '../../gateway/operations/operation.ts';
import type { Operations } from '../../gateway/operations/operations.ts';
import type { Answer } from '../../gateway/operations/present.ts';
import {
  readSupergraph,
  SupergraphError,
  subgraphUrls,
} from '../../gateway/planning/supergraph/supergraph.ts';
import { shareInFlight } from '../../gateway/subgraphs/sharing.ts';
import { createHttpSubgraphs, type HttpCaller } from '../../gateway/subgraphs/subgraphs.http.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { createUserTokens } from '../../platform/identity/users/user-tokens.ts';
import { StartersFault } from '../../platform/process/exit.ts';
import { bearerToken } from '../../platform/serving/access/authenticate.ts';
import { refusedBy } from '../../platform/serving/graphql/operation.ts';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { systemClock } from '../../platform/time/clock.ts';
import type { GatewayOptions } from './options.ts';

/** A running gateway. */
export interface StandaloneGateway {
  /** Its base URL, without a trailing slash. */
  readonly url: string;
  /** Names of its subgraphs, as it began. */
  readonly subgraphs: readonly string[];
  /** Finishes requests in flight, then stops. */
  close(): Promise<void>;
}

const MAX_ANSWER_MIB = 32;
/** Requests to one subgraph at once. More would time out behind these on the same connections. */
const MAX_IN_WORK = 2_000;

/** URLs of the subgraphs, by name. @throws SupergraphError when a subgraph has no http or https URL */
function usableUrls(sdl: string): ReadonlyMap<string, string> {
  const urls = subgraphUrls(readSupergraph(sdl));
  for (const [name, url] of urls) {
    if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) continue;
    throw new SupergraphError(
      `The supergraph has no URL (http:// or https://) of the subgraph ${name}: compose it with one.`,
    );
  }
  return urls;
}

/** Authenticates callers: everyone, or those with a valid token. */
function entrance({ forwardHeaders, userTokens }: GatewayOptions) {
  const developmentKey = () => Promise.reject(new TypeError('There is no development key'));
  const tokens =
    userTokens && createUserTokens({ config: { userTokens }, developmentKey, clock: systemClock });
  return async ({ headers }: FastifyRequest): Promise<HttpCaller> => {
    if (tokens) await tokens.verify(bearerToken(headers.authorization));
    const forwarded: Record<string, string> = {};
    for (const name of forwardHeaders) {
      const value = headers[name];
      if (value !== undefined) forwarded[name] = String(value);
    }
    return { headers: forwarded };
  };
}

const notPlannable = (planner: string, { message }: Error): string =>
  `The planner (${planner}) cannot use this supergraph: ${message.split('\n')[0]}`;

/** Errors of foreign subgraphs pass unchanged, with their codes, and come first in the answer. */
const asTold = ({ errors, ...rest }: ExecutionResult): Answer =>
  errors?.length ? { errors, ...rest } : rest;

/** @throws OperationRefused for a subscription: subgraphs are called over plain HTTP */
function answerable(operation: Operation<HttpCaller>): Operation<HttpCaller> {
  if (operation.kind !== OperationTypeNode.SUBSCRIPTION) return operation;
  throw refusedBy(new BlobgraphError('BAD_REQUEST', 'This gateway serves only queries and mutations.'));
}

const withoutSubscriptions = (operations: Operations<HttpCaller>): Operations<HttpCaller> => ({
  get schema() {
    return operations.schema;
  },
  assertValid: (text) => operations.assertValid(text),
  find: (text, name) => answerable(operations.find(text, name)),
});

async function listen(app: FastifyInstance, { host, port }: GatewayOptions): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartersFault(`Port ${port} is taken: choose another with --port.`);
    throw new StartersFault(`Cannot listen on ${host}, port ${port}: ${message}`);
  }
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${(app.server.address() as AddressInfo).port}`;
}

interface ServeDependencies {
  readonly options: GatewayOptions;
  readonly logger: Logger;
  /** Milliseconds between two looks at the supergraph. Default: as of `lookingForAnother`. */
  readonly lookEveryMs?: number;
}

/** The graph over subgraphs that are called over HTTP. @throws SupergraphError when it cannot be served */
async function openForwardingGraph(
  supergraphSdl: string,
  { options: { operationLimits: limits, planner, ...options }, logger }: ServeDependencies,
): Promise<OpenedGraph<HttpCaller>> {
  const urls = usableUrls(supergraphSdl);
  const subgraphs = createHttpSubgraphs({
    urls,
    timeoutMs: options.limits.requestTimeoutMs,
    maxAnswerMiB: MAX_ANSWER_MIB,
    maxInWork: MAX_IN_WORK,
    logger,
  });
  const graph = await openGraph({
    supergraphSdl,
    planner,
    subgraphs: shareInFlight(subgraphs, ({ headers }) => JSON.stringify(headers)),
    limits,
    logger,
  }).catch(async (error: Error) => {
    await subgraphs.close();
    throw error instanceof StartersFault ? error : new SupergraphError(notPlannable(planner, error));
  });
  return {
    ...graph,
    close: async () => {
      await Promise.all([graph.close(), subgraphs.close()]);
    },
  };
}

/**
 * Serves a supergraph at `/graphql`, over subgraphs at the URLs that it names, and `/health` for probes. Another one that `read`
 * gives takes its place without a restart.
 * @throws SupergraphError; StartersFault when the address cannot be listened on; as `read`
 */
export async function serveSupergraph(
  read: () => Promise<string>,
  deps: ServeDependencies,
): Promise<StandaloneGateway> {
  const { options, logger, lookEveryMs } = deps;
  let subgraphs: readonly string[] = [];
  const graph = await ReplaceableGraph.open<HttpCaller>({
    read,
    async open(text) {
      const opened = await openForwardingGraph(text, deps);
      subgraphs = [...usableUrls(text).keys()];
      return opened;
    },
    graceMs: options.limits.requestTimeoutMs,
    logger,
  });
  const looking = lookingForAnother(graph, { logger, everyMs: lookEveryMs });
  const app = createHttpServer({ logger, limits: options.limits });
  app.addHook('onClose', async () => {
    await looking.stop();
    await graph.close();
  });
  try {
    compressAnswers(app);
    app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
    await serveGraphOverHttp(app, {
      documents: createDocuments({
        operations: withoutSubscriptions(graph.operations),
        registered: new MemoryTexts(),
      }),
      authenticate: entrance(options),
      mayExplain: () => options.explain,
      present: asTold,
      logger,
    });
    const url = await listen(app, options);
    looking.start();
    return { url, subgraphs, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
