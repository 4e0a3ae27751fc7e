import type { Logger } from '../../platform/telemetry/logger.ts';
import { type Periodic, periodic } from '../../platform/time/periodic.ts';
import type { Operations } from '../operations/operations.ts';
import type { Declarations, Graph } from './graph.ts';

export interface ReplaceableOptions<Context> {
  /** The supergraph's text, as it is now. */
  readonly read: () => Promise<string>;
  /** @throws Error when the supergraph cannot be served */
  readonly open: (supergraphSdl: string) => Promise<Graph<Context>>;
  /** Called when another graph has taken the place of the one before. */
  readonly onReplaced?: () => void;
  /** For what is in work with the graph before, until that one is closed. In milliseconds. */
  readonly graceMs: number;
  readonly logger: Logger;
}

/**
 * A graph that another supergraph can take the place of while it serves. Operations that are in work end with the graph that they
 * began with; whatever is found from then on, changes of open subscriptions among them, is planned with the new one.
 */
export class ReplaceableGraph<Context> implements Graph<Context> {
  readonly operations: Operations<Context>;
  readonly declarations: Declarations;
  readonly #options: ReplaceableOptions<Context>;
  readonly #retired = new Map<Graph<Context>, NodeJS.Timeout>();
  readonly #needed: string[] = [];
  #graph: Graph<Context>;
  #text: string;

  private constructor(options: ReplaceableOptions<Context>, text: string, graph: Graph<Context>) {
    this.#options = options;
    this.#text = text;
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

  /** Documents that are served for good: a supergraph in which one is not valid does not take the place of this one. */
  need(documents: readonly string[]): void {
    this.#needed.push(...documents);
  }

  /**
   * Reads the supergraph again; one that is as before, or was refused before, changes nothing.
   * @throws Error when it cannot be read or served: the graph before goes on
   */
  async replace(): Promise<void> {
    const { read, onReplaced, logger } = this.#options;
    const text = await read();
    if (text === this.#text) return;
    this.#text = text;
    const next = await this.#opened(text);
    this.#retire(this.#graph);
    this.#graph = next;
    onReplaced?.();
    logger.info('another supergraph is served');
  }

  async close(): Promise<void> {
    const retired = [...this.#retired];
    for (const [, timer] of retired) clearTimeout(timer);
    this.#retired.clear();
    await Promise.all([this.#graph, ...retired.map(([graph]) => graph)].map((graph) => graph.close()));
  }

  async #opened(text: string): Promise<Graph<Context>> {
    const graph = await this.#options.open(text);
    try {
      for (const needed of this.#needed) graph.operations.assertValid(needed);
      return graph;
    } catch (error) {
      await graph.close();
      throw error;
    }
  }

  #retire(graph: Graph<Context>): void {
    const { graceMs, logger } = this.#options;
    const close = async () => {
      this.#retired.delete(graph);
      await graph.close().catch((error: unknown) => {
        logger.warn({ err: error }, 'closing the graph before failed');
      });
    };
    this.#retired.set(graph, setTimeout(close, graceMs).unref());
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
