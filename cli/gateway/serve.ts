import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import type { ExecutionResult } from '../../gateway/execution/executor.ts';
import { openGraph } from '../../gateway/graph.ts';
import { serveGraphOverHttp } from '../../gateway/http/route.ts';
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
import { systemClock } from '../../platform/clock.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { StartersFault } from '../../platform/exit.ts';
import { createUserTokens } from '../../platform/identity/user-tokens.ts';
import type { Logger } from '../../platform/logger.ts';
import { bearerToken } from '../../platform/serving/authenticate.ts';
import { createHttpServer } from '../../platform/serving/http.ts';
import { refusedBy } from '../../platform/serving/operation.ts';
import type { GatewayOptions } from './options.ts';

/** A gateway that answers. */
export interface StandaloneGateway {
  /** Where, without a trailing slash. */
  readonly url: string;
  /** Names of its subgraphs. */
  readonly subgraphs: readonly string[];
  /** Answers what is in work, then ends. */
  close(): Promise<void>;
}

const MAX_ANSWER_MIB = 32;
/** Of one subgraph: more wait behind these than its connections could carry in time. */
const MAX_IN_WORK = 2_000;

/** @throws SupergraphError when a subgraph has no URL that can be asked */
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

/** Lets in whoever may ask: all, or those with a token. */
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
  `The supergraph is none that the planner (${planner}) can plan for: ${message.split('\n')[0]}`;

/** The subgraphs are others': their errors are as they tell of them, codes and all, and first, so that people see them. */
const asTold = ({ errors, ...rest }: ExecutionResult): Answer =>
  errors?.length ? { errors, ...rest } : rest;

/** @throws OperationRefused for a subscription: subgraphs are asked over HTTP, and that has none */
function answerable<Found extends Operation<HttpCaller> | undefined>(operation: Found): Found {
  if (operation?.kind !== OperationTypeNode.SUBSCRIPTION) return operation;
  throw refusedBy(new BlobgraphError('BAD_REQUEST', 'This gateway serves queries and mutations alone.'));
}

const withoutSubscriptions = (operations: Operations<HttpCaller>): Operations<HttpCaller> => ({
  ...operations,
  find: (text, name) => answerable(operations.find(text, name)),
  recall: (hash, name) => answerable(operations.recall(hash, name)),
});

async function listen(app: FastifyInstance, { host, port }: GatewayOptions): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartersFault(`Port ${port} is taken: name another by --port.`);
    throw new StartersFault(`Nothing can listen at ${host}, port ${port}: ${message}`);
  }
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${(app.server.address() as AddressInfo).port}`;
}

/**
 * Serves a supergraph over subgraphs that answer at the URLs it has, at `/graphql`, and `/health` for probes.
 * @throws SupergraphError; StartersFault when it cannot listen where it should
 */
export async function serveSupergraph(
  supergraphSdl: string,
  { options, logger }: { options: GatewayOptions; logger: Logger },
): Promise<StandaloneGateway> {
  const urls = usableUrls(supergraphSdl);
  const { operationLimits: limits, planner, explain } = options;
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
  }).catch((error: Error) => {
    throw error instanceof StartersFault ? error : new SupergraphError(notPlannable(planner, error));
  });
  const app = createHttpServer({ logger, limits: options.limits });
  app.addHook('onClose', async () => {
    await Promise.all([graph.close(), subgraphs.close()]);
  });
  try {
    app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
    await serveGraphOverHttp(app, {
      operations: withoutSubscriptions(graph.operations),
      authenticate: entrance(options),
      mayExplain: () => explain,
      present: asTold,
      logger,
    });
    return { url: await listen(app, options), subgraphs: [...urls.keys()], close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
