import type { ReactNode } from 'react';
import css from './choices.module.css';
import { Older, type OlderProps } from './older.tsx';

export interface ChoicesProps<Entry> extends OlderProps {
  readonly label: string;
  /** The newest first. */
  readonly entries: readonly Entry[];
  readonly shownId: string;
  readonly onChoose: (id: string) => void;
  /** The face of an entry's button. */
  readonly faceOf: (entry: Entry) => ReactNode;
  /** The entry that is shown. */
  readonly children: ReactNode;
}

/** A list of what the book has several of, and one of them beside it. */
export const Choices = <Entry extends { readonly id: string }>(props: ChoicesProps<Entry>) => (
  <div className={css['split']}>
    <nav aria-label={props.label} className={css['side']}>
      <ol className={css['choices']}>
        {props.entries.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              className={css['choice']}
              aria-current={entry.id === props.shownId ? 'true' : undefined}
              onClick={() => props.onChoose(entry.id)}
            >
              {props.faceOf(entry)}
            </button>
          </li>
        ))}
      </ol>
      <Older pages={props.pages} pageInfo={props.pageInfo} />
    </nav>
    {props.children}
  </div>
);
