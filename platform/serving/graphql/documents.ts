import { type DocumentNode, parse, stripIgnoredCharacters } from 'graphql';
import { LRUCache } from 'lru-cache';

const KEPT_BYTES = 16 * 1024 * 1024;
/** About what a token takes in a document's tree. */
const TOKEN_BYTES = 120;
/** A key, and what the cache itself needs for an entry. */
const ENTRY_BYTES = 500;

/** A document that holds on to nothing of the text it was read from, and about how much memory it takes. */
export interface BareDocument {
  readonly document: DocumentNode;
  readonly bytes: number;
}

/**
 * A valid document, read again without what is between its tokens: names, being parts of a text, hold on to all of it,
 * comments included.
 */
export function bareDocument(text: string, tokenCount: number | undefined): BareDocument {
  const bare = stripIgnoredCharacters(text);
  const bytes = bare.length + (tokenCount ?? bare.length) * TOKEN_BYTES;
  return { document: parse(bare, { noLocation: true }), bytes };
}

/** Keeps valid documents by the hashes of their texts, the least recently used making room. */
export class KeptDocuments {
  readonly #kept: LRUCache<string, BareDocument>;

  /** Default: 16 MiB. */
  constructor(maxBytes = KEPT_BYTES) {
    this.#kept = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes + ENTRY_BYTES });
  }

  /** About the memory that all of them take. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  get(key: string): DocumentNode | undefined {
    return this.#kept.get(key)?.document;
  }

  /** `document`: as it was parsed, with its locations. */
  set(key: string, document: DocumentNode): void {
    const text = document.loc?.source.body;
    if (text === undefined) return;
    this.#kept.set(key, bareDocument(text, document.tokenCount));
  }

  delete(key: string): boolean {
    return this.#kept.delete(key);
  }
}
