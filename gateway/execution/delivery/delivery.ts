import { setImmediate as turn } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import { Endable } from '../../../platform/concurrency/endable.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { completeResult } from '../completion/completion.ts';
import type { Introspected } from '../completion/introspection.ts';
import type { CompletedResult } from '../completion/result.ts';
import type { DeferredObject, Place } from '../completion/shape.ts';
import type { Values } from '../data/values.ts';
import type { Deferral } from '../selection/deferrals.ts';
import { beginSteps } from '../steps/run.ts';
import type { Running, RunOptions } from '../steps/running.ts';
import type { Step } from '../steps/steps.ts';
import type { InParts } from './schedule.ts';

/** A later part, of one object. */
export interface Patch {
  readonly path: readonly (string | number)[];
  /** Absent where the `@defer` has none. */
  readonly label?: string;
  /** Null when an error nulls all of it. */
  readonly data: Readonly<Values> | null;
  /** With paths from the root. Absent without errors. */
  readonly errors?: readonly GraphQLFormattedError[];
}

/** A part of an answer after the first. */
export interface LaterResult {
  readonly incremental: readonly Patch[];
  /** Whether another comes. */
  readonly hasNext: boolean;
  /** As of a whole result. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The first part, with all later ones. */
export interface PartedResult {
  readonly data: Readonly<Values> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  /** Ends with one that has no next. A part is made when it is asked for. Absent when nothing comes later. */
  readonly later?: AsyncGenerator<LaterResult, void, undefined>;
}

export interface DeliveryOptions {
  readonly inParts: InParts;
  readonly run: Omit<RunOptions, 'inParts'>;
  /** The root of the result. */
  readonly place: Place;
  readonly introspected: Introspected | null;
  /** Approximate bytes that all parts may have together. */
  readonly maxBytes: number;
  /** Characters or bytes that get a turn of the event loop. */
  readonly large: number;
  /** Ends it before its time when it aborts, and is aborted when nothing more is told. */
  readonly ending: AbortController;
  /** Of the last part. Default: none. */
  readonly extensions: (() => Readonly<Record<string, unknown>>) | undefined;
}

const errorOf = ({ message, code }: BlobgraphError, path: Patch['path']): GraphQLFormattedError => ({
  message,
  path: [...path],
  extensions: { code },
});

/** Made once: with no reason of its own, a signal makes an exception with a stack each time. */
const DONE = new Error('No more is told.');

/** The end of a delivery, which a signal aborts. */
export function endingWith(signal: AbortSignal | undefined): AbortController {
  const ending = new AbortController();
  const end = () => ending.abort(signal?.reason);
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true, signal: ending.signal });
  return ending;
}

/** Tells an operation in parts: each as soon as the steps that it waits for have ended, and whoever is told asks for it. */
class Delivery {
  readonly #options: DeliveryOptions;
  readonly #running: Running;
  /** By deferral: steps that have yet to end. */
  readonly #left: number[];
  /** Objects that are still to be told, by their deferral. */
  readonly #objects = new Map<Deferral, DeferredObject[]>();
  #wake = () => {};
  #failure: { readonly error: unknown } | undefined;
  #bytes = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { inParts, run, ending } = options;
    const { needs, waves } = inParts.schedule;
    this.#left = needs.map(({ size }) => size);
    ending.signal.addEventListener('abort', () => this.#wake(), { once: true });
    this.#running = beginSteps({ ...run, inParts: { waves, ended: (step) => this.#ended(step) } });
    this.#running.end.catch((error: unknown) => {
      this.#failure = { error };
      this.#wake();
    });
  }

  /** @throws BlobgraphError RESPONSE_TOO_LARGE; the signal's reason */
  async first(): Promise<PartedResult> {
    const { place, introspected, inParts, extensions, ending, large } = this.#options;
    try {
      await this.#until(() => this.#left[0] === 0);
      const { data: object } = this.#running;
      const { first: deferral } = inParts.deferrals;
      const told = this.#complete({ deferral, place, object, path: [] }, introspected);
      const { data, errors } = told;
      const result = { ...(errors.length > 0 && { errors }), data };
      if (told.bytes > large) await turn();
      if (this.#objects.size > 0)
        return { ...result, later: new Endable(this.#later(), () => ending.abort(DONE)) };
      ending.abort(DONE);
      return { ...result, ...(extensions && { extensions: extensions() }) };
    } catch (error) {
      ending.abort(error);
      throw error;
    }
  }

  async *#later(): AsyncGenerator<LaterResult, void, undefined> {
    const { extensions, ending } = this.#options;
    try {
      while (this.#objects.size > 0) {
        await this.#until(() => this.#ready().length > 0);
        const incremental = this.#ready().flatMap((deferral) => this.#patches(deferral));
        const hasNext = this.#objects.size > 0;
        yield { incremental, hasNext, ...(!hasNext && extensions && { extensions: extensions() }) };
      }
    } catch (error) {
      // Whoever has left waits for nothing.
      if (error !== DONE) throw error;
    } finally {
      ending.abort(DONE);
    }
  }

  #ended({ index }: Step): void {
    for (const deferral of this.#options.inParts.schedule.neededBy[index] ?? [])
      this.#left[deferral] = (this.#left[deferral] ?? 0) - 1;
    this.#wake();
  }

  /** @throws the signal's reason; what the steps failed with */
  async #until(isMet: () => boolean): Promise<void> {
    for (;;) {
      this.#options.ending.signal.throwIfAborted();
      if (this.#failure) throw this.#failure.error;
      if (isMet()) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    // Parsing what is large and telling it get a turn of the event loop each.
    if (this.#running.characters > this.#options.large) await turn();
  }

  #ready(): Deferral[] {
    return [...this.#objects.keys()].filter(({ index }) => this.#left[index] === 0);
  }

  /** The parts of all objects of one `@defer`. */
  #patches(deferral: Deferral): Patch[] {
    const objects = this.#objects.get(deferral) ?? [];
    this.#objects.delete(deferral);
    const patches: Patch[] = [];
    for (const object of objects) {
      const patch = this.#patch(object);
      // What has no place is told once.
      const elsewhere = patches.length === 0 ? this.#elsewhere(deferral) : [];
      const errors = [...(patch.errors ?? []), ...elsewhere];
      patches.push(errors.length > 0 ? { ...patch, errors } : patch);
    }
    return patches;
  }

  #patch(object: DeferredObject): Patch {
    const { path, deferral } = object;
    const named = { path, ...(deferral.label !== undefined && { label: deferral.label }) };
    try {
      const { data, errors } = this.#complete(object, this.#options.introspected);
      return { ...named, data, ...(errors.length > 0 && { errors }) };
    } catch (error) {
      if (!(error instanceof BlobgraphError)) throw error;
      // Nothing fits after it either.
      this.#objects.clear();
      return { ...named, data: null, errors: [errorOf(error, path)] };
    }
  }

  /** @throws BlobgraphError RESPONSE_TOO_LARGE */
  #complete(
    { deferral, place, object, path }: DeferredObject,
    introspected: Introspected | null,
  ): CompletedResult {
    const { inParts, maxBytes } = this.#options;
    const errors = this.#running.errorsOf(inParts.schedule.needs[deferral.index] ?? new Set());
    const told = completeResult({
      ...{ place, data: object, errors, introspected, maxBytes, bytesBefore: this.#bytes },
      ...(deferral.parent && { path }),
    });
    this.#bytes = told.bytes;
    for (const each of told.deferred) {
      const known = this.#objects.get(each.deferral);
      if (known) known.push(each);
      else this.#objects.set(each.deferral, [each]);
    }
    return told;
  }

  /** Errors that have no place, of steps for which nothing that was told before has waited. */
  #elsewhere({ index, parent }: Deferral): readonly GraphQLFormattedError[] {
    const { needs } = this.#options.inParts.schedule;
    const before = parent && needs[parent.index];
    const own = new Set([...(needs[index] ?? [])].filter((step) => !before?.has(step)));
    return this.#running.errorsOf(own)?.elsewhere() ?? [];
  }
}

/** @throws BlobgraphError RESPONSE_TOO_LARGE; the signal's reason */
export const deliver = (options: DeliveryOptions): Promise<PartedResult> => new Delivery(options).first();
