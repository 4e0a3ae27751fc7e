/** A stretch of a text, in UTF-16 units: `text.slice(start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
const abbreviation =
  /(?:^|[\s(“"‘'—-])(?:Mr|Mrs|Ms|Dr|St|Mt|Prof|Rev|Col|Capt|Lieut|Lt|Gen|Sgt|Hon|Messrs|Mme|Mlle|No|Nos|Vol|Fig|vs|cf|e\.g|i\.e|viz|\p{Lu}(?<!I)|(?:\p{Lu}\.)+\p{Lu})\.$/u;
const carriesOn = /^[\p{Ll},;:)\]]/u;
const longestAbbreviation = 16;

/**
 * `Intl.Segmenter` takes time with the square of what it is given (V8 of Node 20 and 22), so it is given a window
 * at a time, each starting where a sentence does. The window grows only for a sentence that is longer.
 */
const windowLength = 2_048;

function* segmentsOf(line: string): Generator<Span> {
  let start = 0;
  let length = windowLength;
  while (start < line.length) {
    const window = line.slice(start, start + length);
    const complete = start + length >= line.length;
    let end = 0;
    for (const { segment, index } of segmenter.segment(window)) {
      end = index + segment.length;
      if (end === window.length && !complete) {
        end = index;
        break;
      }
      yield { start: start + index, end: start + end };
      if (length > windowLength) break;
    }
    start += end;
    length = end === 0 ? length * 4 : windowLength;
  }
}

/**
 * The sentences of one paragraph (a line break within it counts as a space), without the white space around
 * them, in order. `Intl.Segmenter` finds the bounds; those after an abbreviation (“Mr.”) or before a small letter
 * are undone.
 */
export function sentencesOf(paragraph: string): Span[] {
  const spans: Span[] = [];
  const line = paragraph.replace(/[\r\n\u2028\u2029\u0085]/g, ' ');
  let start = -1;
  let end = 0;
  for (const span of segmentsOf(line)) {
    const segment = line.slice(span.start, span.end);
    const trimmed = segment.trimEnd();
    if (trimmed === '') continue;
    const tail = line.slice(Math.max(start, end - longestAbbreviation), end);
    const joins = start >= 0 && (carriesOn.test(segment) || abbreviation.test(tail));
    if (!joins) {
      if (start >= 0) spans.push({ start, end });
      start = span.start + segment.length - segment.trimStart().length;
    }
    end = span.start + trimmed.length;
  }
  if (start >= 0) spans.push({ start, end });
  return spans;
}
