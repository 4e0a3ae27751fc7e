import { useMemo } from 'react';
import { count, counted } from '../design/text/time.tsx';
import type { Expanded } from './expansion-content.ts';
import { easeOf, wordsIn } from './text/sections.ts';
import css from './write.module.css';

/** E.g. "1,234 words", or characters of a text too long to count its words. */
export const lengthOf = (text: string): string => {
  const words = wordsIn(text);
  if (words === null) return `${count(text.length)} characters`;
  return counted(words, 'word');
};

const Figure = ({
  name,
  value,
  title,
}: {
  readonly name: string;
  readonly value: string;
  readonly title?: string;
}) => (
  <div title={title}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

/** How the draft is written, and how much became of it. */
export function Figures({ content }: { readonly content: Expanded }) {
  const { original, expanded, expansionRatio, styleAnalysis, sections } = content.data;
  const { tone, complexity, readabilityScore, vocabularyLevel } = styleAnalysis;
  const [before, after] = useMemo(() => [lengthOf(original), lengthOf(expanded)], [original, expanded]);
  const kept = sections.filter((section) => section.kept).length;
  return (
    <dl className={css['figures']}>
      <Figure name="Length" value={`${before} → ${after}`} />
      <Figure name="Ratio" value={`× ${expansionRatio.toFixed(2)}`} />
      <Figure name="Sections" value={`${sections.length - kept} expanded, ${kept} kept`} />
      <Figure name="Tone of the draft" value={tone} />
      <Figure
        name="Readability"
        value={`${Math.round(readabilityScore)}, ${easeOf(readabilityScore)}`}
        title="Flesch reading ease: the higher, the easier"
      />
      <Figure
        name="Complexity"
        value={`${Math.round(complexity * 100)} of 100`}
        title="The Gunning fog index, from simple to hard"
      />
      <Figure name="Vocabulary" value={vocabularyLevel} />
      <Figure name="Written by" value={content.modelUsed} />
    </dl>
  );
}
