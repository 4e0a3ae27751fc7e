import { diffArrays } from 'diff';
import { countWords } from '../../../platform/prose/words.ts';

/** A changed stretch of a text. */
export interface Hunk {
  /** The end of the line before it, in the newer text. */
  readonly before: string;
  /** At most 1,000 UTF-16 units, an ellipsis in place of the rest; empty: text was only added. */
  readonly removed: string;
  /** Bounded as `removed`; empty: text was only removed. */
  readonly added: string;
  /** The beginning of the line after it, in the newer text. */
  readonly after: string;
}

/** How a text changed. */
export interface TextChange {
  /** Words of the newer text in the changed stretches. */
  readonly words_added: number;
  /** Words of the older text in the changed stretches. */
  readonly words_removed: number;
  /** In the text's order, at most {@link HUNKS_OF_A_CHAPTER}. */
  readonly hunks: readonly Hunk[];
  /** False when there were too many changes to show or to compare; the counts are then of whole lines. */
  readonly complete: boolean;
}

/**
 * Limits of a comparison, shared by all chapters. `until`: the deadline, in the milliseconds of `performance.now()`.
 */
export interface Budget {
  readonly until: number;
  /** Hunks left. */
  hunks: number;
  /** UTF-16 units of hunks left. */
  text: number;
}

const HUNKS_OF_A_CHAPTER = 50;
/** UTF-16 units. */
const MAX_SHOWN = 1_000;
const CONTEXT = 60;
/** Texts that differ by more edits count as different as a whole. */
const MAX_EDITS = { lines: 5_000, words: 2_000 } as const;
/** UTF-16 units up to which changed lines are compared word by word. */
const MAX_BY_WORDS = 40_000;

/** White space, a letter of a script without spaces between words, or a word. */
const TOKEN =
  /\s+|[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]|[^\s\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+/gu;

interface Block {
  readonly removed: string;
  readonly added: string;
  readonly before: string;
  readonly after: string;
}

const timeLeft = ({ until }: Budget): number => Math.max(1, until - performance.now());

/** A block that has not ended yet. */
interface Open {
  readonly removed: string[];
  readonly added: string[];
  readonly before: string;
}

/** Pieces of unchanged text that are kept beside a block. */
const BESIDE = 40;

/** Collects the blocks that differ. White space alone between two differences does not separate them. */
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

/** The differences of two texts in pieces; null when there are too many, or the time is over. */
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

/** The end of the text's last line, or the beginning of its first. */
const context = (text: string, side: 'end' | 'start'): string => {
  const line = side === 'end' ? text.slice(text.lastIndexOf('\n') + 1) : (text.split('\n', 1)[0] ?? '');
  return (side === 'end' ? line.slice(-CONTEXT) : line.slice(0, CONTEXT)).toWellFormed();
};

/** Compares changed lines word by word where they are short and similar enough; otherwise leaves them as one block. */
function byWords(block: Block, budget: Budget): Block[] {
  const { removed, added } = block;
  if (removed === '' || added === '' || removed.length + added.length > MAX_BY_WORDS) return [block];
  const limits = { maxEditLength: MAX_EDITS.words, timeout: timeLeft(budget) };
  return blocksOf(removed.match(TOKEN) ?? [], added.match(TOKEN) ?? [], '', limits) ?? [block];
}

/** Lines of one text that the other has not, wherever they are. */
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

/** Compares two texts by lines, and changed lines by words; null when they are equal. Reduces `budget` by its share. */
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
