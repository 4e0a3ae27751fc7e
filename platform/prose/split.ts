import { blocksOf } from './blocks.ts';
import { sentencesOf } from './sentences.ts';
import { estimateTokens } from './tokens.ts';

/** A stretch of a text, in UTF-16 units. */
export interface Part {
  /** The headings it stands under; a part that goes on with a section repeats them. */
  readonly title: string | null;
  readonly start: number;
  readonly length: number;
}

interface Piece {
  readonly title: string | null;
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  /** True when the piece begins a section, whatever room there is in the part before. */
  readonly opens: boolean;
}

/**
 * Cuts a text into parts of at most `maxTokens` estimated tokens, which tile it: `text` is their concatenation.
 * A heading begins a part (with the headings and blank lines next to it); otherwise a part ends with a paragraph.
 * Only a paragraph that is too long by itself is cut, at the end of a sentence, or else of a word, or else
 * anywhere but inside a pair of surrogates. An empty text has no parts.
 */
export function splitText(text: string, maxTokens: number): Part[] {
  const parts: Part[] = [];
  let open: { title: string | null; start: number; end: number; tokens: number } | null = null;
  for (const piece of piecesOf(text, maxTokens)) {
    if (open && !piece.opens && open.tokens + piece.tokens <= maxTokens) {
      open.end = piece.end;
      open.tokens += piece.tokens;
      open.title = piece.title;
      continue;
    }
    if (open) parts.push({ title: open.title, start: open.start, length: open.end - open.start });
    open = { title: piece.title, start: piece.start, end: piece.end, tokens: piece.tokens };
  }
  if (open) parts.push({ title: open.title, start: open.start, length: open.end - open.start });
  return parts;
}

function* piecesOf(text: string, maxTokens: number): Generator<Piece> {
  let title: string | null = null;
  let afterHeading = false;
  for (const block of blocksOf(text)) {
    const heading = block.kind === 'heading';
    if (heading) title = afterHeading && title ? `${title}: ${block.title}` : block.title || title;
    let opens = heading && !afterHeading;
    for (const [start, end] of cuts(text, block.start, block.next, maxTokens)) {
      yield { title, start, end, opens, tokens: estimateTokens(text.slice(start, end)) };
      opens = false;
    }
    afterHeading = heading || block.kind === 'blank';
  }
}

/** `[start, end)` whole where it fits, else cut at sentences, else at words, else between characters. */
export function* cuts(
  text: string,
  start: number,
  end: number,
  maxTokens: number,
): Generator<[number, number]> {
  if (fits(text, start, end, maxTokens)) {
    yield [start, end];
    return;
  }
  const sentences = sentencesOf(text.slice(start, end)).slice(1);
  const bounds = [...sentences.map((sentence) => start + sentence.start), end];
  yield* gather(text, start, bounds, maxTokens, (from, to) =>
    gather(text, from, wordBounds(text, from, to), maxTokens, (first, last) =>
      gather(text, first, characterBounds(text, first, last, maxTokens), maxTokens, whole),
    ),
  );
}

const fits = (text: string, start: number, end: number, maxTokens: number): boolean =>
  end - start <= maxTokens || estimateTokens(text.slice(start, end)) <= maxTokens;

function* whole(start: number, end: number): Generator<[number, number]> {
  yield [start, end];
}

/** Joins neighbours between `bounds` for as long as they fit; what does not fit alone is cut `finer`. */
function* gather(
  text: string,
  start: number,
  bounds: Iterable<number>,
  maxTokens: number,
  finer: (start: number, end: number) => Iterable<[number, number]>,
): Generator<[number, number]> {
  let from = start;
  let to = start;
  let tokens = 0;
  for (const bound of bounds) {
    const more = estimateTokens(text.slice(to, bound));
    if (to > from && tokens + more > maxTokens) {
      yield [from, to];
      from = to;
      tokens = 0;
    }
    if (more > maxTokens) {
      yield* finer(to, bound);
      from = bound;
      tokens = 0;
    } else tokens += more;
    to = bound;
  }
  if (to > from) yield [from, to];
}

function* wordBounds(text: string, start: number, end: number): Generator<number> {
  for (const space of text.slice(start, end).matchAll(/\s+/g)) {
    const bound = start + space.index + space[0].length;
    if (bound < end) yield bound;
  }
  yield end;
}

function* characterBounds(text: string, start: number, end: number, step: number): Generator<number> {
  let bound = start;
  while (bound < end) {
    bound = Math.min(end, bound + Math.max(2, step));
    const code = text.charCodeAt(bound - 1);
    if (bound < end && code >= 0xd800 && code < 0xdc00) bound--;
    yield bound;
  }
}
