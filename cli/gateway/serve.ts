import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createExecutor } from '../../gateway/execution/executor.ts';
import { createHttpSubgraphs, type HttpCaller } from '../../gateway/execution/subgraphs.http.ts';
import { serveGraphOverHttp } from '../../gateway/http/route.ts';
import { listSizesOf } from '../../gateway/operations/cost.ts';
import { createOperations } from '../../gateway/operations/operations.ts';
import { clientSchema } from '../../gateway/operations/schema.ts';
import { createPlanner } from '../../gateway/planning/create-planner.ts';
import { readSupergraph, SupergraphError, subgraphUrls } from '../../gateway/planning/supergraph.ts';
import { systemClock } from '../../platform/clock.ts';
import { StartersFault } from '../../platform/exit.ts';
import { createUserTokens } from '../../platform/identity/user-tokens.ts';
import type { Logger } from '../../platform/logger.ts';
import { bearerToken } from '../../platform/serving/authenticate.ts';
import { createHttpServer } from '../../platform/serving/http.ts';
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
 * @throws SupergraphError; StartersFault when it cannot listen where it should; Error when the planner does not take
 * the supergraph
 */
export async function serveSupergraph(
  supergraphSdl: string,
  { options, logger }: { options: GatewayOptions; logger: Logger },
): Promise<StandaloneGateway> {
  const urls = usableUrls(supergraphSdl);
  const { requestTimeoutMs } = options.limits;
  const planner = await createPlanner({ kind: options.planner, supergraphSdl, logger });
  const subgraphs = createHttpSubgraphs({
    urls,
    timeoutMs: requestTimeoutMs,
    maxAnswerMiB: MAX_ANSWER_MIB,
    maxInWork: MAX_IN_WORK,
    logger,
  });
  const app = createHttpServer({ logger, limits: options.limits });
  app.addHook('onClose', async () => {
    await Promise.all([planner.close(), subgraphs.close()]);
  });
  try {
    const executor = createExecutor({ schema: clientSchema(planner.apiSchema), planner, subgraphs });
    const listSizes = listSizesOf(supergraphSdl);
    const operations = createOperations({ executor, listSizes, limits: options.operationLimits });
    app.get('/health', async () => ({ status: 'ok', service: 'gateway' }));
    const { explain } = options;
    await serveGraphOverHttp(app, {
      operations,
      authenticate: entrance(options),
      mayExplain: () => explain,
      logger,
    });
    return {
      url: await listen(app, options),
      subgraphs: [...urls.keys()],
      close: () => app.close(),
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}
