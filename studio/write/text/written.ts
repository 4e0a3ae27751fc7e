/** A piece of a text, told while it is written: docs/clients.md, `expansionProgress`. */
export interface Told {
  readonly processorId: string;
  readonly attempt: number;
  readonly section: number;
  readonly sections: number;
  readonly title: string | null;
  /** Where in the section `added` begins, in UTF-16 units: nothing of before stands behind it. */
  readonly offset: number;
  readonly added: string;
}

/** A section as far as it was heard. */
export interface Part {
  readonly section: number;
  readonly title: string | null;
  /** Where what was heard begins: 0, or later for who came late or missed something. */
  readonly from: number;
  readonly text: string;
}

/** A text while one processor writes it. */
export interface Written {
  readonly attempt: number;
  /** How many sections there will be. */
  readonly sections: number;
  /** Those that were heard of, in the order of the text. */
  readonly parts: readonly Part[];
}

/** By processor. */
export type AllWritten = ReadonlyMap<string, Written>;

export const NOTHING_WRITTEN: AllWritten = new Map();

function partWith(part: Part | undefined, { section, title, offset, added }: Told): Part {
  const at = offset - (part?.from ?? 0);
  // Nothing was heard before, or what is between was not: what follows stands alone.
  if (!part || at < 0 || at > part.text.length) return { section, title, from: offset, text: added };
  return { ...part, title, text: part.text.slice(0, at) + added };
}

function writtenWith(written: Written | undefined, told: Told): Written {
  if (written && told.attempt < written.attempt) return written;
  const before = written?.attempt === told.attempt ? written.parts : [];
  const others = before.filter(({ section }) => section !== told.section);
  const part = partWith(
    before.find(({ section }) => section === told.section),
    told,
  );
  return {
    attempt: told.attempt,
    sections: told.sections,
    parts: [...others, part].sort((one, other) => one.section - other.section),
  };
}

/**
 * Adds a piece to what is known. An attempt begins anew, and pieces of one before it are of no use any more; a section
 * whose offset goes back loses what stood behind; where pieces were lost, what was heard before them is let go, since nobody knows
 * how it goes on.
 */
export function heardMore(all: AllWritten, told: Told): AllWritten {
  const before = all.get(told.processorId);
  const after = writtenWith(before, told);
  return after === before ? all : new Map(all).set(told.processorId, after);
}

/** Texts that are written of drafts, by the drafts' ids: of those last heard of. */
export type Heard = ReadonlyMap<string, AllWritten>;
export const NOTHING_HEARD: Heard = new Map();

const DRAFTS = 20;

/** Adds a piece that was told of a draft. */
export function heardOf(heard: Heard, blobId: string, told: Told): Heard {
  const others = [...heard].filter(([id]) => id !== blobId).slice(1 - DRAFTS);
  return new Map([...others, [blobId, heardMore(heard.get(blobId) ?? NOTHING_WRITTEN, told)]]);
}

/** Whether all of a section's beginning was heard. */
export const isFromStart = ({ from }: Part): boolean => from === 0;
