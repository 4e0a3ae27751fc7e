import type { Span } from './sentences.ts';

/** A block of a text; a letter does not go on behind one of the kind `heading`. */
export interface LetterBlock extends Span {
  readonly kind: string;
}

const salutation =
  /^[“"‘' ]*(?:My )?(?:[Dd]ear|DEAR|Dearest|To whom)\b(?:(?:Mr|Mrs|Ms|Dr)\.|[^.;!?:]){1,60}(?::|—|,\s*$)/;
const farewell =
  /^[“"‘' ]*(?:(?:Very |Ever )?(?:[Tt]ruly|[Ss]incerely|[Ff]aithfully|[Rr]espectfully),? ?(?:yours)?|Yours\b|Your (?:loving|affectionate|obedient|devoted)|(?:Best|Kind|Warm) (?:regards|wishes)|Regards,|Love,)/;
const signature = /^.{1,60}$/s;
const longestLetter = 24;

/**
 * The indices of the blocks that are part of a letter: from “Dear …” to the farewell and the name under it. A
 * greeting without a farewell in the 24 blocks after it stands alone.
 */
export function letterBlocks(text: string, blocks: readonly LetterBlock[]): ReadonlySet<number> {
  const found = new Set<number>();
  const read = (index: number): string => {
    const block = blocks[index];
    return block ? text.slice(block.start, Math.min(block.end, block.start + 200)) : '';
  };
  for (let index = 0; index < blocks.length; index++) {
    if (!salutation.test(read(index))) continue;
    let end = index;
    for (let later = index; later <= index + longestLetter && blocks[later]?.kind !== 'heading'; later++) {
      if (!farewell.test(read(later))) continue;
      end = signature.test(read(later + 1)) ? later + 1 : later;
      break;
    }
    for (; index < end; index++) found.add(index);
    found.add(end);
  }
  return found;
}
