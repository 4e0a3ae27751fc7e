/** The tense in which a narration is told. */
export type Tense = 'past' | 'present';

const past = /\b(?:was|were|had|did|said|went|came|saw|took|made|knew|thought|told|\p{Ll}{3,}ed)\b/gu;
const present = /\b(?:is|are|has|have|does|do|am|can|will|must|says|goes|comes|sees|takes|makes|knows)\b/gu;
const sampleLength = 50_000;

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** The tense of a text, judged by its beginning (up to 50,000 characters), speech left aside. Past when in doubt. */
export function narrativeTense(text: string): Tense {
  const narration = text.slice(0, sampleLength).replace(/[“"«][^”"»]*[”"»]?/g, ' ');
  const sample = /\p{L}/u.test(narration) ? narration : text.slice(0, sampleLength);
  return count(sample, present) > count(sample, past) ? 'present' : 'past';
}
