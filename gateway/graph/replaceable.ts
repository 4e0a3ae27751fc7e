import { createOneByOne } from '../../platform/concurrency/one-by-one.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { pause } from '../../platform/time/pause.ts';
import { type Periodic, periodic } from '../../platform/time/periodic.ts';
import type { Operations } from '../operations/operations.ts';
import type { Declarations, Graph, OpenedGraph } from './graph.ts';

export interface ReplaceableOptions<Context> {
  /** The supergraph's text, as it is now. */
  readonly read: () => Promise<string>;
  /** @throws Error when the supergraph cannot be served */
  readonly open: (supergraphSdl: string) => Promise<OpenedGraph<Context>>;
  /** Called when another graph has taken the place of the one before. */
  readonly onReplaced?: () => void;
  /** For what is in work with the graph before, until that one is closed. In milliseconds. */
  readonly graceMs: number;
  /** For planning what is in use, before another graph takes the place of this one. Default: 10 s. In milliseconds. */
  readonly warmMs?: number;
  readonly logger: Logger;
}

type DocumentsOf<Context> = (graph: OpenedGraph<Context>) => readonly string[];

const WARM_MS = 10_000;
/** Graphs whose work is not over: each has a planner, which takes some 60 MB. */
const MOST_RETIRED = 3;
/** Where there are more of them, the oldest is closed after so long: what it runs by then is planned. */
const LEAST_GRACE_MS = 5_000;

interface Retired {
  readonly since: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * A graph that another supergraph can take the place of while it serves. Operations that are in work end with the graph that they
 * began with; whatever is found from then on, changes of open subscriptions among them, is planned with the new one, in which what
 * is in use was planned before.
 */
export class ReplaceableGraph<Context> implements Graph<Context> {
  readonly operations: Operations<Context>;
  readonly declarations: Declarations;
  readonly #options: ReplaceableOptions<Context>;
  readonly #retired = new Map<Graph<Context>, Retired>();
  readonly #needed: DocumentsOf<Context>[] = [];
  readonly #expected: string[] = [];
  readonly #frozen = new AbortController();
  #graph: OpenedGraph<Context>;
  #text: string;
  /** As it was read last, served or refused. */
  #read: string;
  /** One takes the place after the other. */
  readonly #oneByOne = createOneByOne();

  private constructor(options: ReplaceableOptions<Context>, text: string, graph: OpenedGraph<Context>) {
    this.#options = options;
    this.#text = text;
    this.#read = text;
    this.#graph = graph;
    const current = () => this.#graph;
    this.operations = {
      get schema() {
        return current().operations.schema;
      },
      find: (query, operationName) => current().operations.find(query, operationName),
      assertValid: (query) => current().operations.assertValid(query),
    };
    this.declarations = { get: (field) => current().declarations.get(field) };
  }

  /** @throws as `read` and `open` */
  static async open<Context>(options: ReplaceableOptions<Context>): Promise<ReplaceableGraph<Context>> {
    const text = await options.read();
    return new ReplaceableGraph(options, text, await options.open(text));
  }

  get costHints() {
    return this.#graph.costHints;
  }

  /** The supergraph that is served. */
  get text(): string {
    return this.#text;
  }

  /** Documents that a graph is to serve, as they are made for it: one in which one is not valid does not take the place of this one. */
  need(documentsOf: DocumentsOf<Context>): void {
    this.#needed.push(documentsOf);
  }

  /** Documents that may be asked for: those that are valid in another supergraph are planned before it is served. */
  expect(documents: readonly string[]): void {
    this.#expected.push(...documents);
  }

  /**
   * Reads the supergraph again; one that is as before, or was refused before, changes nothing.
   * @throws Error when it cannot be read or served: the graph before goes on
   */
  async replace(): Promise<void> {
    const text = await this.#options.read();
    if (text === this.#read) return;
    this.#read = text;
    await this.take(text);
  }

  /** Serves another supergraph, once what is in use is planned. @throws Error when it cannot be served: the graph before goes on */
  take(text: string): Promise<void> {
    return this.#oneByOne(() => this.#take(text));
  }

  /** No other supergraph takes its place any more; one that is made ready does so at once. */
  freeze(): void {
    this.#frozen.abort();
  }

  async close(): Promise<void> {
    this.freeze();
    await this.#oneByOne(async () => {});
    const retired = [...this.#retired];
    for (const [, { timer }] of retired) clearTimeout(timer);
    this.#retired.clear();
    await Promise.all([this.#graph, ...retired.map(([graph]) => graph)].map((graph) => graph.close()));
  }

  async #take(text: string): Promise<void> {
    const { onReplaced, warmMs = WARM_MS, logger } = this.#options;
    if (text === this.#text) return;
    await this.#makeRoom();
    if (this.#frozen.signal.aborted) return;
    const next = await this.#opened(text);
    const startedAt = performance.now();
    const signal = AbortSignal.any([this.#frozen.signal, AbortSignal.timeout(warmMs)]);
    const planned = await next.warm(this.#graph, this.#expected, signal);
    this.#retire(this.#graph);
    this.#graph = next;
    this.#text = text;
    onReplaced?.();
    logger.info({ planned, ms: Math.round(performance.now() - startedAt) }, 'another supergraph is served');
  }

  async #opened(text: string): Promise<OpenedGraph<Context>> {
    const graph = await this.#options.open(text);
    try {
      for (const needed of this.#needed.flatMap((documentsOf) => documentsOf(graph)))
        graph.operations.assertValid(needed);
      return graph;
    } catch (error) {
      await graph.close();
      throw error;
    }
  }

  #retire(graph: Graph<Context>): void {
    const timer = setTimeout(() => this.#end(graph), this.#options.graceMs).unref();
    this.#retired.set(graph, { since: performance.now(), timer });
  }

  async #end(graph: Graph<Context>): Promise<void> {
    clearTimeout(this.#retired.get(graph)?.timer);
    if (!this.#retired.delete(graph)) return;
    await graph.close().catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'closing the graph before failed');
    });
  }

  /** Of many changes in a row, the later ones wait, and the newest of them is read. */
  async #makeRoom(): Promise<void> {
    while (this.#retired.size >= MOST_RETIRED) {
      const [oldest] = this.#retired;
      if (!oldest) return;
      await pause(Math.max(0, oldest[1].since + LEAST_GRACE_MS - performance.now()), this.#frozen.signal);
      if (this.#frozen.signal.aborted) return;
      await this.#end(oldest[0]);
    }
  }
}

/** How often a supergraph's file is read again. */
const LOOK_EVERY_MS = 2_000;

/** Looks for another supergraph, again and again. */
export const lookingForAnother = (
  graph: Pick<ReplaceableGraph<never>, 'replace'>,
  { logger, everyMs = LOOK_EVERY_MS }: { readonly logger: Logger; readonly everyMs?: number | undefined },
): Periodic =>
  periodic({ what: 'looking for another supergraph', everyMs, logger, turn: () => graph.replace() });
