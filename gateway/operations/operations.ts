import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { bareDocument } from '../../platform/serving/graphql/documents.ts';
import {
  parseDocument,
  refuseBeyond,
  refuseLongText,
  selectOperation,
  textHash,
  validateDocument,
} from '../../platform/serving/graphql/operation.ts';
import type { Executor, PreparedOperation } from '../execution/executor.ts';
import { type CostHints, createCosting } from '../limits/cost.ts';
import { limitsRule, type OperationLimits } from '../limits/limits.ts';
import { deferRule } from './deferring.ts';
import {
  type MayRun,
  makeOperation,
  type Operation,
  type OperationKit,
  type OperationUsage,
} from './operation.ts';

/** A cache of clients' operations: parsed, validated and prepared once. */
export interface Operations<Context> {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /**
   * The operation of that name in a document, or its only one.
   * @throws OperationRefused when the text is too long, not GraphQL, invalid or beyond the limits
   */
  find(text: string, operationName?: string | null): Operation<Context>;
  /** Validates a document without caching it. @throws OperationRefused as {@link find} */
  assertValid(text: string): void;
}

/** Operations that can be made ready before anybody asks for them. */
export interface WarmOperations<Context> extends Operations<Context> {
  /** Documents that were asked for, the last one first. */
  used(): Iterable<UsedDocument>;
  /**
   * Takes over a document of other operations, planned as it was there.
   * @throws OperationRefused when it is not valid here; what the planner throws
   */
  adopt(used: UsedDocument): Promise<void>;
  /** Reads and plans a document that may never have been asked for. @throws as {@link find} and {@link adopt} */
  prepare(text: string): Promise<void>;
}

/** A document that was asked for, with what of it was run. */
export interface UsedDocument {
  /** The hash of its text. */
  readonly key: string;
  readonly document: DocumentNode;
  readonly bytes: number;
  readonly ran: readonly { readonly name: string | undefined; readonly prepared: PreparedOperation }[];
}

const KEPT_BYTES = 64 * 1024 * 1024;

interface Made<Context> {
  readonly operation: Operation<Context>;
  readonly prepared: PreparedOperation;
}

/** A cached document, with those of its operations that were requested. */
class Kept<Context> {
  readonly document: DocumentNode;
  readonly ownBytes: number;
  readonly #made = new Map<OperationDefinitionNode, Made<Context>>();
  /** The bytes that the cache counts for it. */
  counted = 0;

  constructor(document: DocumentNode, ownBytes: number) {
    this.document = document;
    this.ownBytes = ownBytes;
  }

  get bytes(): number {
    let bytes = this.ownBytes;
    for (const { prepared } of this.#made.values()) bytes += prepared.bytes;
    return Math.ceil(bytes);
  }

  get ran(): UsedDocument['ran'] {
    return [...this.#made].map(([{ name }, { prepared }]) => ({ name: name?.value, prepared }));
  }

  /** @throws OperationRefused when the document has no such operation */
  get(kit: OperationKit<Context>, name: string | null | undefined, ran: () => void): Made<Context> {
    const definition = selectOperation(this.document, name);
    const known = this.#made.get(definition);
    if (known) return known;
    const made = makeOperation(kit, this.document, definition, ran);
    this.#made.set(definition, made);
    return made;
  }
}

export interface OperationsDependencies<Context> {
  readonly executor: Executor<Context>;
  readonly costHints: CostHints;
  readonly limits: OperationLimits;
  /** Default: every operation is allowed. */
  readonly mayRun?: MayRun<Context> | undefined;
  /** Default: nothing is counted. */
  readonly usage?: OperationUsage | undefined;
  /** Default: 64 MiB. */
  readonly keptBytes?: number;
}

class CachedOperations<Context> implements WarmOperations<Context> {
  readonly schema: GraphQLSchema;
  readonly #kit: OperationKit<Context>;
  readonly #rules: readonly ValidationRule[];
  /** Values are wrapped anew each time their size changes: the cache does not recount the same value. */
  readonly #cache: LRUCache<string, { readonly kept: Kept<Context> }>;

  constructor({
    executor,
    costHints,
    limits,
    mayRun,
    usage,
    keptBytes = KEPT_BYTES,
  }: OperationsDependencies<Context>) {
    const { schema } = executor;
    this.schema = schema;
    this.#kit = { executor, limits, costing: createCosting(schema, costHints), mayRun, usage };
    this.#rules = [limitsRule(limits), deferRule];
    this.#cache = new LRUCache({ maxSize: keptBytes, sizeCalculation: ({ kept }) => kept.counted });
  }

  assertValid(text: string): void {
    refuseLongText(text, this.#kit.limits.textBytes);
    this.#valid(text);
  }

  find(text: string, name?: string | null): Operation<Context> {
    refuseLongText(text, this.#kit.limits.textBytes);
    const key = textHash(text);
    const known = this.#cache.get(key);
    const kept = known?.kept ?? this.#keep(key, this.#read(text));
    return this.#made(key, kept, name).operation;
  }

  *used(): Iterable<UsedDocument> {
    for (const [key, { kept }] of this.#cache.entries())
      yield { key, document: kept.document, bytes: kept.ownBytes, ran: kept.ran };
  }

  async adopt({ key, document, bytes, ran }: UsedDocument): Promise<void> {
    if (this.#cache.has(key)) return;
    this.#assertValid(document);
    const kept = this.#keep(key, new Kept(document, bytes));
    for (const { name, prepared: before } of ran) {
      const { prepared } = this.#made(key, kept, name);
      await this.#kit.executor.warm(prepared, before);
      this.#recount(key, kept);
    }
  }

  async prepare(text: string): Promise<void> {
    refuseLongText(text, this.#kit.limits.textBytes);
    const key = textHash(text);
    const kept = this.#cache.get(key)?.kept ?? this.#keep(key, this.#read(text));
    for (const definition of kept.document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const { prepared } = this.#made(key, kept, definition.name?.value);
      await this.#kit.executor.plan(prepared, {});
      this.#recount(key, kept);
    }
  }

  #keep(key: string, kept: Kept<Context>): Kept<Context> {
    kept.counted = kept.bytes;
    this.#cache.set(key, { kept });
    return kept;
  }

  #made(key: string, kept: Kept<Context>, name: string | null | undefined): Made<Context> {
    const made = kept.get(this.#kit, name, () => this.#recount(key, kept));
    this.#recount(key, kept);
    return made;
  }

  /** Updates the bytes that the cache counts for a document: it grows as its operations are planned. */
  #recount(key: string, kept: Kept<Context>): void {
    const { bytes } = kept;
    if (bytes === kept.counted || this.#cache.peek(key)?.kept !== kept) return;
    kept.counted = bytes;
    this.#cache.set(key, { kept });
  }

  #read(text: string): Kept<Context> {
    const document = this.#valid(text);
    const bare = bareDocument(text, document.tokenCount);
    return new Kept(bare.document, bare.bytes);
  }

  #valid(text: string): DocumentNode {
    const document = parseDocument(text, this.#kit.limits.tokens);
    this.#assertValid(document);
    return document;
  }

  #assertValid(document: DocumentNode): void {
    // First, because other rules are slow on documents beyond the limits.
    refuseBeyond(this.schema, document, this.#rules);
    validateDocument(this.schema, document);
  }
}

/** An LRU cache of operations by the hash of their text. */
export const createOperations = <Context>(deps: OperationsDependencies<Context>): WarmOperations<Context> =>
  new CachedOperations(deps);
