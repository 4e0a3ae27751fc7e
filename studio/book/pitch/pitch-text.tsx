import { type ReactNode, useState } from 'react';
import type { PitchPageQuery } from '../../book-graph/operations.generated.ts';
import { Tabs } from '../../design/controls/tabs.tsx';
import { count } from '../../design/text/time.tsx';
import css from './pitch.module.css';

type Content = NonNullable<NonNullable<PitchPageQuery['blob']>['content']>;
export type PitchSeen = Extract<Content, { logline: string }>;

/** A model may say the same twice; it is shown once. */
const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];

interface PartProps {
  readonly title: string;
  readonly children: ReactNode;
}

const Part = ({ title, children }: PartProps) => (
  <section className={css['part']}>
    <h3>{title}</h3>
    {children}
  </section>
);

const LENGTHS = [
  ['short', 'Short'],
  ['medium', 'Medium'],
  ['long', 'Long'],
] as const;

function Synopsis({ synopsis }: Pick<PitchSeen, 'synopsis'>) {
  const [length, setLength] = useState<(typeof LENGTHS)[number][0]>('short');
  return (
    <Part title="Synopsis">
      <Tabs label="Length of the synopsis" tabs={LENGTHS} chosen={length} onChoose={setLength}>
        {distinct(synopsis[length].split(/\n{2,}/)).map((paragraph) => (
          <p key={paragraph} className={css['read']} dir="auto">
            {paragraph}
          </p>
        ))}
      </Tabs>
    </Part>
  );
}

interface NamedListProps {
  readonly title: string;
  readonly of: readonly { readonly name: string; readonly description: string | null }[];
  /** The words where there is none. */
  readonly none: string;
}

const NamedList = ({ title, of, none }: NamedListProps) => (
  <Part title={title}>
    {of.length === 0 ? <p className={css['none']}>{none}</p> : null}
    <ul className={css['named']}>
      {of.map(({ name, description }) => (
        <li key={`${name} ${description}`} dir="auto">
          <strong>{name}</strong>
          {description ? <p>{description}</p> : null}
        </li>
      ))}
    </ul>
  </Part>
);

const comparisonOf = ({ title, author, reason }: PitchSeen['comparableTitles'][number]) => ({
  name: author ? `${title}, ${author}` : title,
  description: reason,
});

/** How hard the text is to read, and who wrote the pitch. */
const Measures = ({ pitch: { readingLevel, wordCount, modelUsed, tokensUsed } }: PitchTextProps) => (
  <dl className={css['measures']}>
    <div>
      <dt>Words</dt>
      <dd>{count(wordCount)}</dd>
    </div>
    <div>
      <dt>Reading level</dt>
      <dd>
        {readingLevel
          ? `Grade ${readingLevel.grade.toLowerCase()}, ease ${Math.round(readingLevel.readabilityScore)} of 100, ${readingLevel.vocabularyLevel} vocabulary`
          : 'Not measured: it is for English alone'}
      </dd>
    </div>
    <div>
      <dt>Written by</dt>
      <dd>
        {modelUsed}
        {tokensUsed > 0 ? `, ${count(tokensUsed)} tokens` : ''}
      </dd>
    </div>
  </dl>
);

export interface PitchTextProps {
  readonly pitch: PitchSeen;
}

/** A pitch as it reads. What it cannot do is told before the rest. */
export const PitchText = ({ pitch }: PitchTextProps) => (
  <div className={css['text']} lang={pitch.language ?? undefined}>
    {pitch.stale ? <p className={css['note']}>What it was made of has been deleted since.</p> : null}
    <p className={css['logline']} dir="auto">
      {pitch.logline}
    </p>
    {pitch.audience ? <p dir="auto">For {pitch.audience}</p> : null}
    {pitch.caveats.length > 0 ? (
      <Part title="What to mind">
        <ul className={css['caveats']}>
          {distinct(pitch.caveats).map((caveat) => (
            <li key={caveat}>{caveat}</li>
          ))}
        </ul>
      </Part>
    ) : null}
    <Synopsis synopsis={pitch.synopsis} />
    <NamedList title="Themes" of={pitch.themes} none="None were found." />
    <NamedList title="Characters" of={pitch.characters} none="None were found." />
    <Part title="Selling points">
      {pitch.sellingPoints.length === 0 ? <p className={css['none']}>None were found.</p> : null}
      <ul className={css['caveats']}>
        {distinct(pitch.sellingPoints).map((point) => (
          <li key={point} dir="auto">
            {point}
          </li>
        ))}
      </ul>
    </Part>
    <NamedList
      title="Comparable titles"
      of={pitch.comparableTitles.map(comparisonOf)}
      none="Neither the book nor the model names any."
    />
    <Measures pitch={pitch} />
  </div>
);
