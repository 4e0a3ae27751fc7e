import type { BlobFilter } from 'blobgraph/client';
import { letsThrough } from './filter.ts';
import {
  arrived,
  begun,
  changed,
  continued,
  dropped,
  has,
  type List,
  type ListPage,
  NOTHING,
  type Row,
  shown,
} from './list.ts';

/** Reads a page: the first, with its total, where `after` is null. */
export type ReadPage = (after: string | null) => Promise<ListPage>;

export interface Seen {
  readonly list: List;
  /** Nothing is known yet. */
  readonly isLoading: boolean;
  /** The next page is being read. */
  readonly isReading: boolean;
  /** Why the newest page could not be read. */
  readonly fault: string | undefined;
}

/** A change of a blob, as the list hears it. */
export interface Heard {
  readonly kind: string;
  readonly blobId: string;
  readonly blob: Row | null;
}

export interface BlobListOptions {
  readonly filter: BlobFilter | undefined;
  readonly read: ReadPage;
  /** The error in words. Undefined: the reading was given up, which nobody need hear of. */
  readonly reasonOf: (error: unknown) => string | undefined;
}

/** Rows that are read again at most, page by page, when changes may have been missed. */
const MAX_READ_ANEW = 1_000;
/** Changes by which a blob may come to be what is searched for: not each step of a run. */
const LOOKED_FOR: ReadonlySet<string> = new Set(['CREATED', 'DERIVED', 'COMPLETED', 'FAILED']);

/**
 * The blobs that a filter lets through, read page by page past the cache, since a list of ten thousand rows is read from the cache
 * anew with every page and change. Changes are put in as they come; new blobs wait while the reader is not at the top.
 */
export class BlobList {
  readonly #options: BlobListOptions;
  readonly #listeners = new Set<() => void>();
  #seen: Seen = { list: NOTHING, isLoading: true, isReading: false, fault: undefined };
  /** Blobs that were heard of while a page was under way, whose answer may be older. */
  #heard: Row[] = [];
  #underWay = 0;
  #isLooking = false;
  #looksAgain = false;
  isAtTop = true;

  constructor(options: BlobListOptions) {
    this.#options = options;
  }

  get seen(): Seen {
    return this.#seen;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Reads the list from its top, as far as it is shown, and puts it in the place of that. */
  async begin(): Promise<void> {
    const wanted = Math.min(this.#seen.list.rows.length, MAX_READ_ANEW);
    let page = await this.#page(null);
    if (!page) return;
    let list = begun(this.#seen.list, page);
    while (list.rows.length < wanted && list.next !== null) {
      page = await this.#page(list.next);
      if (!page) return;
      list = continued(list, page);
    }
    this.#become(list, { isLoading: false });
  }

  /** Reads the next page, unless one is under way or all has been read. */
  async more(): Promise<void> {
    const { list, isReading } = this.#seen;
    if (isReading || list.next === null) return;
    const page = await this.#page(list.next);
    // Another list may have begun meanwhile.
    if (page && this.#seen.list.next === list.next) this.#become(continued(this.#seen.list, page));
  }

  /** Looks for what is new, where only the graph can tell what the filter lets through. One look answers many changes. */
  async look(): Promise<void> {
    if (this.#isLooking) {
      this.#looksAgain = true;
      return;
    }
    this.#isLooking = true;
    try {
      do {
        this.#looksAgain = false;
        const page = await this.#options.read(null);
        this.#become(arrived(this.#seen.list, page.nodes, this.isAtTop));
      } while (this.#looksAgain);
    } catch {
      // The next change looks again, and a lost connection is told by the frame.
    } finally {
      this.#isLooking = false;
    }
  }

  hear({ kind, blobId, blob }: Heard): void {
    if (kind === 'DELETED') this.#become(dropped(this.#seen.list, blobId));
    if (!blob) {
      // It could not be read: nothing tells of it again.
      if (kind !== 'DELETED' && LOOKED_FOR.has(kind) && !has(this.#seen.list, blobId)) void this.look();
      return;
    }
    if (this.#underWay > 0) this.#heard.push(blob);
    if (has(this.#seen.list, blobId)) this.#become(changed(this.#seen.list, blob));
    else this.#hearOfNew(blob, kind);
  }

  /** Shows what waited. */
  show(): void {
    this.#become(shown(this.#seen.list));
  }

  #hearOfNew(blob: Row, kind: string): void {
    if (this.#seen.isLoading) return;
    const passes = letsThrough(this.#options.filter, blob);
    if (passes) this.#become(arrived(this.#seen.list, [blob], this.isAtTop));
    else if (passes === undefined && LOOKED_FOR.has(kind)) void this.look();
  }

  async #page(after: string | null): Promise<ListPage | undefined> {
    this.#underWay += 1;
    this.#tell({ ...this.#seen, isReading: true, fault: undefined });
    try {
      return await this.#options.read(after);
    } catch (error) {
      const fault = this.#options.reasonOf(error);
      this.#tell({ ...this.#seen, fault, isLoading: fault === undefined && this.#seen.isLoading });
      return undefined;
    } finally {
      this.#underWay -= 1;
      this.#tell({ ...this.#seen, isReading: this.#underWay > 0 });
    }
  }

  #become(list: List, more: Partial<Seen> = {}): void {
    const told = this.#heard.reduce(changed, list);
    if (this.#underWay === 0) this.#heard = [];
    if (told !== this.#seen.list || Object.keys(more).length > 0)
      this.#tell({ ...this.#seen, ...more, list: told });
  }

  #tell(seen: Seen): void {
    this.#seen = seen;
    for (const listener of this.#listeners) listener();
  }
}
