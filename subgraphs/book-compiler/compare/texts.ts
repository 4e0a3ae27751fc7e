import { diffArrays } from 'diff';
import { countWords } from '../../../platform/prose/words.ts';

/** A stretch of a text that is another now. */
export interface Hunk {
  /** The words before it in the newer text, on its line. */
  readonly before: string;
  readonly removed: string;
  readonly added: string;
  /** The words behind it in the newer text, on its line. */
  readonly after: string;
}

/** What is other about a text. */
export interface TextChange {
  readonly words_added: number;
  readonly words_removed: number;
  readonly hunks: readonly Hunk[];
  /** False where there were too many changes to show, or to tell apart: the counts then are of whole lines. */
  readonly complete: boolean;
}

/** Until when, in the milliseconds of `performance.now()`, differences are looked for, and how many are shown. */
export interface Budget {
  readonly until: number;
  /** Hunks that may be shown still. */
  hunks: number;
  /** UTF-16 units that hunks may have still. */
  text: number;
}

export const HUNKS_OF_A_CHAPTER = 50;
/** UTF-16 units. */
const MAX_SHOWN = 1_000;
const CONTEXT = 60;
/** Edits that are looked for: what is further apart is another text. */
const MAX_EDITS = { lines: 5_000, words: 2_000 } as const;
/** UTF-16 units of changed lines that are compared by their words. */
const MAX_BY_WORDS = 40_000;

/** White space, a letter of a script that puts no space between words, or what stands between spaces. */
const TOKEN =
  /\s+|[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]|[^\s\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+/gu;

interface Block {
  readonly removed: string;
  readonly added: string;
  readonly before: string;
  readonly after: string;
}

const timeLeft = ({ until }: Budget): number => Math.max(1, until - performance.now());

/** One side by side with the other, while it is not known where it ends. */
interface Open {
  readonly removed: string[];
  readonly added: string[];
  readonly before: string;
}

/** Pieces of a common stretch that a reader is shown of it. */
const BESIDE = 40;

/** Stretches that differ, and what is the same between them; a gap of white space alone is none. */
class Blocks {
  readonly found: Block[] = [];
  readonly #glue: string;
  #open: Open | null = null;
  /** White space since the last difference. */
  #gap: readonly string[] = [];
  #before = '';

  constructor(glue: string) {
    this.#glue = glue;
  }

  same(pieces: readonly string[]): void {
    if (this.#open && this.#glue === '' && pieces.every((piece) => piece.trim() === '')) {
      this.#gap = pieces;
      return;
    }
    this.end(pieces);
    this.#before = pieces.slice(-BESIDE).join(this.#glue);
  }

  other(side: 'added' | 'removed', pieces: readonly string[]): void {
    this.#open ??= { removed: [], added: [], before: this.#before };
    for (const each of ['added', 'removed'] as const) this.#open[each].push(...this.#gap);
    this.#gap = [];
    for (const piece of pieces) this.#open[side].push(piece);
  }

  end(pieces: readonly string[]): void {
    const after = [...this.#gap, ...pieces.slice(0, BESIDE)].join(this.#glue);
    this.#gap = [];
    if (!this.#open) return;
    const { removed, added, before } = this.#open;
    this.found.push({ removed: removed.join(this.#glue), added: added.join(this.#glue), before, after });
    this.#open = null;
  }
}

/** What differs between two texts in pieces; null: they are too far apart, or time is over. */
function blocksOf(
  a: readonly string[],
  b: readonly string[],
  glue: string,
  limits: { readonly maxEditLength: number; readonly timeout: number },
): Block[] | null {
  const changes = diffArrays([...a], [...b], limits);
  if (!changes) return null;
  const blocks = new Blocks(glue);
  for (const { added, removed, value } of changes) {
    if (added || removed) blocks.other(added ? 'added' : 'removed', value);
    else blocks.same(value);
  }
  blocks.end([]);
  return blocks.found;
}

const cut = (text: string): string =>
  text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1).toWellFormed()}…`;

/** The end of a line, or its beginning. */
const context = (text: string, side: 'end' | 'start'): string => {
  const line = side === 'end' ? text.slice(text.lastIndexOf('\n') + 1) : (text.split('\n', 1)[0] ?? '');
  return (side === 'end' ? line.slice(-CONTEXT) : line.slice(0, CONTEXT)).toWellFormed();
};

/** Changed lines by their words where they are still alike, else as they are. */
function byWords(block: Block, budget: Budget): Block[] {
  const { removed, added } = block;
  if (removed === '' || added === '' || removed.length + added.length > MAX_BY_WORDS) return [block];
  const limits = { maxEditLength: MAX_EDITS.words, timeout: timeLeft(budget) };
  return blocksOf(removed.match(TOKEN) ?? [], added.match(TOKEN) ?? [], '', limits) ?? [block];
}

/** Lines that one text has and the other has not, however far apart they are. */
function onlyIn(lines: readonly string[], others: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines
    .filter((line) => {
      const count = counts.get(line) ?? 0;
      if (count > 0) counts.set(line, count - 1);
      return count === 0;
    })
    .join('\n');
}

function shown(blocks: readonly Block[], budget: Budget): Hunk[] {
  const hunks: Hunk[] = [];
  for (const { removed, added, before, after } of blocks) {
    if (hunks.length === HUNKS_OF_A_CHAPTER || budget.hunks === 0 || budget.text <= 0) break;
    const hunk = {
      before: context(before, 'end'),
      removed: cut(removed),
      added: cut(added),
      after: context(after, 'start'),
    };
    budget.hunks -= 1;
    budget.text -= hunk.before.length + hunk.removed.length + hunk.added.length + hunk.after.length;
    hunks.push(hunk);
  }
  return hunks;
}

/** Compares two texts by lines, and changed lines by words; null: they are the same. Takes what it takes off `budget`. */
export function compareTexts(
  a: string,
  b: string,
  language: string | null,
  budget: Budget,
): TextChange | null {
  if (a === b) return null;
  const [before, after] = [a.split('\n'), b.split('\n')];
  const limits = { maxEditLength: MAX_EDITS.lines, timeout: timeLeft(budget) };
  const lines = blocksOf(before, after, '\n', limits);
  if (!lines) {
    return {
      words_added: countWords(onlyIn(after, before), language),
      words_removed: countWords(onlyIn(before, after), language),
      hunks: [],
      complete: false,
    };
  }
  const blocks = lines.flatMap((block) => byWords(block, budget));
  const hunks = shown(blocks, budget);
  const count = (side: 'added' | 'removed') =>
    blocks.reduce((sum, block) => sum + countWords(block[side], language), 0);
  return {
    words_added: count('added'),
    words_removed: count('removed'),
    hunks,
    complete: hunks.length === blocks.length,
  };
}
