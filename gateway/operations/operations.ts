import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { bareDocument } from '../../platform/serving/graphql/documents.ts';
import {
  parseDocument,
  refuseBeyond,
  refuseLongText,
  selectOperation,
  textHash,
  validateDocument,
} from '../../platform/serving/operation.ts';
import type { Executor, PreparedOperation } from '../execution/executor.ts';
import { type CostHints, createCosting } from './cost.ts';
import { limitsRule, type OperationLimits } from './limits.ts';
import { makeOperation, type Operation, type OperationKit } from './operation.ts';

/** The operations that clients send, each read, checked and prepared once for as long as it is kept. */
export interface Operations<Context> {
  readonly schema: GraphQLSchema;
  /**
   * The operation of that name in a document's text, or its only one.
   * @throws OperationRefused when the text is too long, no GraphQL, not valid or beyond the limits
   */
  find(text: string, operationName?: string | null): Operation<Context>;
  /**
   * The same by {@link textHash} of a text that is kept; undefined when it is not.
   * @throws OperationRefused when the document has no such operation
   */
  recall(hash: string, operationName?: string | null): Operation<Context> | undefined;
}

const KEPT_BYTES = 64 * 1024 * 1024;

interface Made<Context> {
  readonly operation: Operation<Context>;
  readonly prepared: PreparedOperation;
}

/** A valid document with those of its operations that were asked for. */
class Kept<Context> {
  readonly #document: DocumentNode;
  readonly #ownBytes: number;
  readonly #made = new Map<OperationDefinitionNode, Made<Context>>();
  /** As the cache counted it. */
  counted = 0;

  constructor(document: DocumentNode, ownBytes: number) {
    this.#document = document;
    this.#ownBytes = ownBytes;
  }

  get bytes(): number {
    let bytes = this.#ownBytes;
    for (const { prepared } of this.#made.values()) bytes += prepared.bytes;
    return Math.ceil(bytes);
  }

  /** @throws OperationRefused when the document has no such operation */
  get(kit: OperationKit<Context>, name: string | null | undefined, ran: () => void): Operation<Context> {
    const definition = selectOperation(this.#document, name);
    const known = this.#made.get(definition);
    if (known) return known.operation;
    const made = makeOperation(kit, this.#document, definition, ran);
    this.#made.set(definition, made);
    return made.operation;
  }
}

/** Keeps operations by the hash of their text, the least recently used making room. `keptBytes` default: 64 MiB. */
export function createOperations<Context>(deps: {
  executor: Executor<Context>;
  costHints: CostHints;
  limits: OperationLimits;
  keptBytes?: number;
}): Operations<Context> {
  const { executor, costHints, limits, keptBytes = KEPT_BYTES } = deps;
  const { schema } = executor;
  const kit: OperationKit<Context> = { executor, limits, costing: createCosting(schema, costHints) };
  const rules = [limitsRule(limits)];
  // In a wrapping of its own each time that it is counted: the cache counts no value twice.
  const cache = new LRUCache<string, { readonly kept: Kept<Context> }>({
    maxSize: keptBytes,
    sizeCalculation: ({ kept }) => kept.counted,
  });

  /** Counts what a document takes by now, as long as it is kept: it is planned for conditions as they come. */
  function recount(key: string, kept: Kept<Context>): void {
    const { bytes } = kept;
    if (bytes === kept.counted || cache.peek(key)?.kept !== kept) return;
    kept.counted = bytes;
    cache.set(key, { kept });
  }

  function read(text: string): Kept<Context> {
    const document = parseDocument(text, limits.tokens);
    // First, since other rules take time for what is beyond the limits.
    refuseBeyond(schema, document, rules);
    validateDocument(schema, document);
    const bare = bareDocument(text, document.tokenCount);
    return new Kept(bare.document, bare.bytes);
  }

  function operationOf(key: string, kept: Kept<Context>, name: string | null | undefined) {
    const operation = kept.get(kit, name, () => recount(key, kept));
    recount(key, kept);
    return operation;
  }

  const recall: Operations<Context>['recall'] = (key, name) => {
    const known = cache.get(key);
    return known && operationOf(key, known.kept, name);
  };

  return {
    schema,
    recall,
    find(text, name) {
      refuseLongText(text, limits.textBytes);
      const key = textHash(text);
      const known = recall(key, name);
      if (known) return known;
      const kept = read(text);
      kept.counted = kept.bytes;
      cache.set(key, { kept });
      return operationOf(key, kept, name);
    },
  };
}
