import { Badge, type Tone } from '../../design/states/state-badge.tsx';
import { numbersOf } from '../chapters/model.ts';
import css from './compile.module.css';
import type { Look, Taken } from './look.ts';

const TAKEN: Readonly<Record<Taken, readonly [tone: Tone, name: string]>> = {
  expansion: ['done', 'Expansion'],
  draft: ['done', 'Draft'],
  leftOut: ['rest', 'Left out'],
  missing: ['waiting', 'No draft'],
  making: ['working', 'Still being made'],
  failed: ['failed', 'Expansion failed'],
  gone: ['failed', 'Expansion deleted'],
};

export interface LookListProps {
  readonly looks: readonly Look[];
  /** The compiler's words on chapters, by their numbers. */
  readonly refused: ReadonlyMap<number, string>;
}

/** Chapter by chapter what would be used. */
export function LookList({ looks, refused }: LookListProps) {
  const numbers = numbersOf(looks.map(({ chapter }) => chapter));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <ol className={css['looks']} tabIndex={0} aria-label="Chapters of the version">
      {looks.map(({ chapter: { chapterNum, title }, taken, reason, progress }) => {
        const [tone, name] = TAKEN[taken];
        const why = refused.get(chapterNum) ?? reason;
        return (
          <li key={chapterNum} className={css['one']}>
            <span className={css['number']}>{numbers.get(chapterNum) ?? '–'}</span>
            <bdi className={css['title']}>{title}</bdi>
            <Badge tone={tone} progress={taken === 'making' ? progress : null}>
              {name}
            </Badge>
            {why ? (
              <p className={css['why']} role={refused.has(chapterNum) ? 'alert' : undefined}>
                {why}
              </p>
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}
