import type { BegunRun } from '../../clients/state.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { assertSameInput, hashOfInput, idempotencyConflict } from '../../ids/idempotency.ts';
import { onDemandBlobId } from '../../ids/ids.ts';
import type { CommandDefinition, CommandRequest } from '../kit/command.ts';
import type { Kit } from '../kit/kit.ts';
import { assertMayMake } from '../kit/standing.ts';
import { type BlobRecord, isPending, type NewRecord } from '../records/record.ts';
import { isDeleted } from '../runs/decide.ts';
import { withinLimit } from '../runs/limits.ts';
import { readSources } from '../runs/sources.ts';
import { makeRecord, registerAt, storableTitle } from '../worker/make.ts';

/** Executes a user's command. Resolves to the blob, made or pending. */
export type Execute = (userId: string, input: unknown) => Promise<BlobRecord>;

const hashOf = (input: unknown): string => hashOfInput(JSON.stringify(input));

// biome-ignore lint/suspicious/noExplicitAny: each command has an input and a plan of its own
type AnyCommand = CommandDefinition<any, any, any>;

interface Asked {
  readonly id: string;
  readonly userId: string;
  readonly hash: string;
  readonly request: CommandRequest<unknown>;
}

/** The index names at most this many sources at once. */
const NAMED_AT_ONCE = 1_000;

class CommandExecutor {
  readonly #kit: Kit;
  readonly #name: string;
  readonly #command: AnyCommand;

  constructor(kit: Kit, name: string, command: AnyCommand) {
    this.#kit = kit;
    this.#name = name;
    this.#command = command;
  }

  async execute(userId: string, input: unknown): Promise<BlobRecord> {
    const request = this.#command.parse(input);
    try {
      return await this.#do(userId, request);
    } catch (error) {
      throw error instanceof BlobgraphError && this.#command.explain
        ? this.#command.explain(error, request)
        : error;
    }
  }

  async #do(userId: string, request: CommandRequest<unknown>): Promise<BlobRecord> {
    const { definition, ids, records } = this.#kit;
    const { idempotencyKey: key } = request;
    const id = key === null ? ids.next() : onDemandBlobId(userId, definition.id, key);
    const { inputHash = hashOf } = this.#command;
    const asked = { id, userId, hash: inputHash(request.input), request };
    const earlier = key === null ? null : await records.find(id, new Set());
    const stored = earlier ?? (await this.#store(asked));
    if (stored.userId !== userId) throw idempotencyConflict();
    assertSameInput(stored, asked.hash);
    if (stored.registration === 'waiting') await this.#register(stored);
    return stored;
  }

  /** @throws BlobgraphError BLOB_DELETED; for a pending blob, the error of the index */
  async #register(stored: BlobRecord): Promise<void> {
    const { logger, registrar } = this.#kit;
    try {
      await registrar.registerOrPostpone(stored);
    } catch (error) {
      if (isDeleted(error)) {
        const message = 'What it is made of was deleted meanwhile, or the blob of this key.';
        throw new BlobgraphError('BLOB_DELETED', message);
      }
      if (isPending(stored)) throw error;
      // The blob is made, and returned to its user in any case.
      logger.error({ err: error, blobId: stored.id }, 'the index refuses a result');
    }
  }

  /** The record of this request, or of a concurrent one with the same key. */
  async #store(asked: Asked): Promise<BlobRecord> {
    const { definition, state, records, standing } = this.#kit;
    const { input } = asked.request;
    // A pending blob is made by a run, which waits while the processor is paused.
    if (!this.#command.pending || standing().status === 'retired') assertMayMake(definition.id, standing());
    const { sourceIds, plan, title } = await this.#command.plan({ input, userId: asked.userId }, { state });
    const planned = { sourceIds, plan, ...(title === undefined ? {} : { title }) };
    const record = this.#command.pending
      ? this.#pendingRecord(asked, planned)
      : await this.#make(asked, planned);
    return (await records.insert(record)).stored;
  }

  #pendingRecord(
    { id, userId, hash }: Asked,
    { sourceIds, plan, title }: { sourceIds: readonly string[]; plan: unknown; title?: string },
  ): NewRecord {
    const { clock, definition } = this.#kit;
    return {
      id,
      userId,
      sourceIds,
      generation: 0,
      processorVersion: definition.version,
      schemaVersion: definition.makes.schemaVersion ?? '1.0.0',
      contentHash: null,
      sizeBytes: 0,
      processingTimeMs: 0,
      createdAt: clock.now(),
      data: {},
      beside: {},
      onDemand: true,
      inputHash: hash,
      command: { name: this.#name, plan },
      registerAt: registerAt(clock),
      describe: () => ({ title: storableTitle(title ?? '') || definition.name, preview: '' }),
    };
  }

  async #make(
    { id, userId, hash }: Asked,
    { sourceIds, plan, title }: { sourceIds: readonly string[]; plan: unknown; title?: string },
  ): Promise<NewRecord> {
    const { definition } = this.#kit;
    const sources = await readSources(this.#kit, userId, await this.#named(userId, sourceIds));
    const run = this.#command.run ?? definition.run;
    if (!run) throw new Error(`${definition.id} has no run for ${this.#name}`);
    const [source] = sources;
    const request = {
      id,
      userId,
      source: source as NonNullable<typeof source>,
      sources,
      plan,
      onProgress: () => undefined,
    };
    return withinLimit(definition.limits.seconds, null, (signal) =>
      makeRecord(this.#kit, {
        request: { ...request, signal },
        run,
        sourceIds,
        generation: 0,
        onDemand: true,
        inputHash: hash,
        command: null,
        ...(title === undefined ? {} : { title }),
      }),
    );
  }

  async #named(userId: string, ids: readonly string[]): Promise<BegunRun['sources']> {
    const named: BegunRun['sources'] = [];
    for (let start = 0; start < ids.length; start += NAMED_AT_ONCE) {
      named.push(...(await this.#kit.state.sources(userId, ids.slice(start, start + NAMED_AT_ONCE))));
    }
    return named;
  }
}

/** The processor's commands, by name. */
export function createCommands(kit: Kit): ReadonlyMap<string, Execute> {
  const commands = Object.entries(kit.definition.commands ?? {});
  return new Map(
    commands.map(([name, command]) => {
      const executor = new CommandExecutor(kit, name, command);
      return [name, (userId, input) => executor.execute(userId, input)];
    }),
  );
}
