import { memo, useMemo, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Badge } from '../design/states/state-badge.tsx';
import { compared, type SectionPlace, type Stretch } from './text/sections.ts';
import css from './write.module.css';

export interface CompareProps {
  readonly original: string;
  readonly expanded: string;
  readonly sections: readonly SectionPlace[];
}

/** Sections that are compared at once. */
const AT_ONCE = 40;

const Marked = ({
  stretches,
  as: Mark,
}: {
  readonly stretches: readonly Stretch[];
  readonly as: 'ins' | 'del';
}) => (
  <>
    {stretches.map(({ text, isOwn }, index) =>
      // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no other name
      isOwn ? <Mark key={index}>{text}</Mark> : <span key={index}>{text}</span>,
    )}
  </>
);

const Section = memo(function Section({
  original,
  expanded,
  section,
}: Omit<CompareProps, 'sections'> & { readonly section: SectionPlace }) {
  const { title, kept, why, before, after, index } = useMemo(
    () => compared(original, expanded, section),
    [original, expanded, section],
  );
  return (
    <section className={css['pair']}>
      <div className={css['pairHead']}>
        <h3 dir="auto">{title ?? `Section ${index + 1}`}</h3>
        <Badge tone={kept ? 'rest' : 'done'}>{kept ? 'Kept' : 'Expanded'}</Badge>
      </div>
      {why ? <p className={css['soft']}>{why}</p> : null}
      <div className={css['pairTexts']}>
        <p className={css['stretch']} dir="auto">
          <span className="visually-hidden">Draft: </span>
          <Marked stretches={before} as="del" />
        </p>
        {kept ? null : (
          <p className={css['stretch']} dir="auto">
            <span className="visually-hidden">Expansion: </span>
            <Marked stretches={after} as="ins" />
          </p>
        )}
      </div>
    </section>
  );
});

/** The draft and its expansion, section by section, with the words that were added. */
export function Compare({ sections, ...texts }: CompareProps) {
  const [shown, setShown] = useState(AT_ONCE);
  return (
    <div className={css['pairs']}>
      {sections.slice(0, shown).map((section) => (
        <Section key={section.index} section={section} {...texts} />
      ))}
      {sections.length > shown ? (
        <Button onClick={() => setShown(shown + AT_ONCE)}>Show more sections</Button>
      ) : null}
    </div>
  );
}
