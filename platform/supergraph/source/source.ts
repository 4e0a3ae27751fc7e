import {
  createSupergraphClient,
  MAX_WAIT_SECONDS,
  type ServedSupergraph,
  type SupergraphClient,
  type SupergraphQuestion,
} from '../../clients/supergraph.ts';
import { createOneByOne } from '../../concurrency/one-by-one.ts';
import { isPassing } from '../../errors/errors.ts';
import type { ServiceRuntime } from '../../runtime/runtime.ts';
import { textHash } from '../../serving/graphql/operation.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type Periodic, periodic } from '../../time/periodic.ts';
import { retrying } from '../../time/retry.ts';
import type { NumberedSupergraph, SupergraphKeep } from '../kept/kept.ts';

/** Serves a supergraph. @throws Error when it cannot be served: then the one before goes on */
export type Serve = (sdl: string) => Promise<void>;

export interface SupergraphSourceOptions {
  /** Undefined: there is no registry. */
  readonly client: Pick<SupergraphClient, 'current'> | undefined;
  readonly keep: SupergraphKeep;
  readonly serve: Serve;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Between two questions. Default: 200 ms. */
  readonly everyMs?: number;
}

/** Between two questions, so that a registry that does not hold them back is not asked without end. */
const EVERY_MS = 200;
const BACKOFF = { baseMs: 250, maxMs: 10_000 } as const;
/** For a registry that starts together with the one who asks, and has told nothing yet. */
const FIRST_WITHIN_MS = 3_000;

/**
 * The registry's supergraph, as one service follows it: what the registry tells is served as soon as it is told, and kept for a
 * start at which the registry is away.
 */
export class SupergraphSource {
  readonly #options: SupergraphSourceOptions;
  readonly #following: Periodic;
  #served: NumberedSupergraph | undefined;
  /** The version that was told last, served or refused. */
  #known: number | undefined;
  #hasHeard = false;
  readonly #oneByOne = createOneByOne();

  private constructor(options: SupergraphSourceOptions, kept: NumberedSupergraph | undefined) {
    this.#options = options;
    this.#served = kept;
    this.#known = kept?.version;
    this.#following = periodic({
      what: 'following the registry’s supergraph',
      everyMs: options.everyMs ?? EVERY_MS,
      jitter: 0,
      logger: options.logger,
      turn: (signal) => this.#untilTold(signal),
    });
  }

  /** Reads what is kept; where there is no registry, nothing is. */
  static async open(options: SupergraphSourceOptions): Promise<SupergraphSource> {
    return new SupergraphSource(options, options.client && (await options.keep.load()));
  }

  /** The registry's supergraph that is served, or was before a restart; undefined: none. */
  get served(): NumberedSupergraph | undefined {
    return this.#served;
  }

  /** Whether there is no more to wait for: the registry was heard, or what it told before is served, or there is none. */
  get isSettled(): boolean {
    return !this.#options.client || this.#hasHeard || this.#served !== undefined;
  }

  /** The kept supergraph cannot be served. */
  forget(): void {
    this.#served = undefined;
    this.#known = undefined;
  }

  /** Serves what the registry has now, if it answers within some seconds. Does not reject. */
  async first(): Promise<void> {
    if (!this.#options.client) return;
    const forMs = this.isSettled ? 0 : FIRST_WITHIN_MS;
    await retrying(() => this.ask(), { ...BACKOFF, forMs, mayPass: isPassing }).catch((error: unknown) =>
      this.#options.logger.warn(
        { err: error, version: this.#served?.version },
        'the registry does not tell its supergraph at the start; serving without it, and asking again',
      ),
    );
  }

  /** Follows the registry from now on; what is served goes on while it is away. */
  start(): void {
    if (!this.#options.client) return;
    this.#following.start();
    this.#following.now();
  }

  async stop(): Promise<void> {
    await this.#following.stop();
  }

  /** Asks the registry now, and serves what it tells. @throws BlobgraphError when it does not answer */
  async ask(waiting: { readonly waitSeconds?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
    const known = this.#known;
    const told = await this.#current({ ...waiting, ...(known === undefined ? {} : { known }) });
    this.#hasHeard = true;
    if (!told) return;
    if (textHash(told.sdl) !== told.hash) throw new TypeError('The registry’s supergraph is not of its hash');
    await this.#oneByOne(() => this.#take(told, known));
  }

  async #current(question: SupergraphQuestion): Promise<ServedSupergraph | undefined> {
    try {
      return await this.#options.client?.current(question);
    } catch (error) {
      // A registry of the release before has none to tell.
      if (!isPassing(error)) this.#hasHeard = true;
      throw error;
    }
  }

  async #untilTold(signal: AbortSignal): Promise<void> {
    let isAway = false;
    const onFailure = (error: unknown) => {
      if (!isAway)
        this.#options.logger.warn(
          { err: error },
          'the registry is away; what is served goes on, asking again',
        );
      isAway = true;
    };
    const ask = () => this.ask({ waitSeconds: MAX_WAIT_SECONDS, signal });
    await retrying(ask, { ...BACKOFF, mayPass: () => true, signal, onFailure });
    if (isAway) this.#options.logger.info('the registry tells its supergraph again');
  }

  /** `asked`: the version that was known when this one was asked for. Does not reject. */
  async #take(told: ServedSupergraph, asked: number | undefined): Promise<void> {
    const { keep, logger } = this.#options;
    const { version, sdl, hash } = told;
    // An answer that was overtaken by a later one, on its way or while another was taken.
    const isLate = this.#known !== asked && this.#known !== undefined && version <= this.#known;
    if (version === this.#known || isLate) return;
    this.#known = version;
    try {
      await this.#options.serve(sdl);
    } catch (error) {
      logger.error(
        { err: error, version },
        'the registry’s supergraph cannot be served; the one before goes on',
      );
      return;
    }
    this.#served = { version, sdl, hash };
    logger.info({ version }, 'the registry’s supergraph is served');
    await keep.keep(this.#served);
  }
}

/** The registry's supergraph, as a service of this runtime follows it. */
export async function openSupergraphSource(
  { config, http, logger, supergraphKeep }: ServiceRuntime,
  serve: Serve,
): Promise<SupergraphSource> {
  const client = config.services.includes('processors') ? createSupergraphClient(http) : undefined;
  return SupergraphSource.open({ client, serve, keep: await supergraphKeep(), logger });
}
