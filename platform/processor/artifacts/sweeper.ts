import { validate as isUuid } from 'uuid';
import { type Periodic, periodic } from '../../time/periodic.ts';
import type { ArtifactDependencies } from './definition.ts';
import type { ArtifactKey } from './journal.ts';
import type { ArtifactMaker } from './maker.ts';
import type { ArtifactTeller } from './teller.ts';

/** Interval of the search for requested artifacts. */
const LOOK_EVERY_MS = 2_000;
/** Interval of the search for artifacts of deleted blobs. */
const SWEEP_EVERY_MS = 3_600_000;
const PAGE = 1_000;
const DUE_AT_ONCE = 20;
/** Objects that were not known are entered one by one: of blobs that are read for it, so many at once. */
const ADOPTED_AT_ONCE = 200;

/** Null for other objects of the processor. */
const keyOf = (object: string): ArtifactKey | null => {
  const [blobId, name, version, ...rest] = object.split('/');
  return isUuid(blobId) && name && version && rest.length === 0
    ? { blobId: String(blobId), name, version }
    : null;
};

/**
 * Makes what was asked for in a process that ended since, tells the index what it does not know, removes what is left of
 * blobs that are gone, and enters objects of before there was a journal.
 */
export class ArtifactSweeper {
  readonly #deps: ArtifactDependencies;
  readonly #maker: ArtifactMaker;
  readonly #teller: ArtifactTeller;
  readonly #erase: (blobIds: readonly string[]) => Promise<void>;
  readonly #looking: Periodic;
  readonly #sweeping: Periodic;

  constructor(
    deps: ArtifactDependencies,
    maker: ArtifactMaker,
    teller: ArtifactTeller,
    erase: (blobIds: readonly string[]) => Promise<void>,
  ) {
    this.#deps = deps;
    this.#maker = maker;
    this.#teller = teller;
    this.#erase = erase;
    const { logger } = deps;
    this.#looking = periodic({
      what: 'making artifacts that were asked for',
      everyMs: LOOK_EVERY_MS,
      logger,
      turn: () => this.#look(),
    });
    this.#sweeping = periodic({
      what: 'removing artifacts of deleted blobs',
      everyMs: SWEEP_EVERY_MS,
      logger,
      turn: () => this.#sweep(),
    });
  }

  start(): void {
    this.#looking.start();
    this.#sweeping.start();
    this.#sweeping.now();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#looking.stop(), this.#sweeping.stop()]);
  }

  async #look(): Promise<void> {
    const { journal, clock } = this.#deps;
    for (const entry of await journal.due(clock.now(), DUE_AT_ONCE)) {
      if (this.#deps.definitions[entry.name]?.version === entry.version) this.#maker.begin(entry);
    }
    for (const entry of await journal.untold(DUE_AT_ONCE)) {
      const { error, state } = entry;
      const told = state === 'READY' ? { state: 'COMPLETED' as const } : { state: 'FAILED' as const };
      if (await this.#teller.tell(entry, { ...told, ...(error ? { error } : {}) }))
        await journal.markTold(entry, entry.attempt);
    }
  }

  async #sweep(): Promise<void> {
    const { objects, journal } = this.#deps;
    for (let after: string | undefined; ; ) {
      const page = await objects.list('', { limit: PAGE, ...(after === undefined ? {} : { after }) });
      const found = page.flatMap(({ key, sizeBytes }) => {
        const of = keyOf(key);
        return of ? [{ ...of, sizeBytes }] : [];
      });
      const there = await this.#removeGone(found.map(({ blobId }) => blobId));
      await this.#adopt(found.filter(({ blobId }) => there.has(blobId)));
      if (page.length < PAGE) break;
      after = page.at(-1)?.key;
    }
    for (let after = ''; ; ) {
      const ids = await journal.blobs(after, PAGE);
      await this.#removeGone(ids);
      if (ids.length < PAGE) return;
      after = ids.at(-1) ?? '';
    }
  }

  /** The blobs of these that exist; artifacts of the others are removed. */
  async #removeGone(all: readonly string[]): Promise<ReadonlySet<string>> {
    const ids = [...new Set(all)];
    const there = new Set(await this.#deps.records.existing(ids));
    await this.#erase(ids.filter((id) => !there.has(id)));
    return there;
  }

  async #adopt(found: readonly (ArtifactKey & { readonly sizeBytes: number })[]): Promise<void> {
    const { journal, records } = this.#deps;
    for (let start = 0; start < found.length; start += ADOPTED_AT_ONCE) {
      const some = found.slice(start, start + ADOPTED_AT_ONCE);
      const entries = await journal.list([...new Set(some.map(({ blobId }) => blobId))]);
      const known = new Set(entries.map(({ blobId, name, version }) => `${blobId}/${name}/${version}`));
      for (const { sizeBytes, ...key } of some) {
        if (known.has(`${key.blobId}/${key.name}/${key.version}`)) continue;
        const record = await records.find(key.blobId, new Set());
        if (record) await journal.adopt(key, { userId: record.userId, sizeBytes });
      }
    }
  }
}
