import { useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Badge } from '../design/states/state-badge.tsx';
import { counted } from '../design/text/time.tsx';
import { isInWork } from '../graph/work.ts';
import type { BookCardFragment } from './operations.generated.ts';
import css from './shelf.module.css';

export type Card = BookCardFragment;

/** Books that stand on the shelf before it is opened whole. */
const SHOWN = 8;

export const inWork = ({ chapters, compiled }: Card): number =>
  chapters.filter(({ draft }) => draft && isInWork(draft.processing)).length +
  compiled.edges.filter(({ node }) => isInWork(node.processing)).length;

export function chaptersOf({ chapters }: Card): string {
  if (chapters.length === 0) return 'No chapters yet';
  const expanded = chapters.filter((chapter) => chapter.expanded).length;
  return `${counted(chapters.length, 'chapter')}, ${expanded} expanded`;
}

/** The newest version; null: none was compiled. Its number is with the processor that keeps it. */
export function versionOf({ compiled }: Card): string {
  const newest = compiled.edges[0]?.node;
  if (!newest) return 'Not compiled yet';
  const content = newest.content;
  return content && 'version' in content && content.version ? `Version ${content.version}` : 'Compiled';
}

function BookCard({ book }: { readonly book: Card }) {
  const working = inWork(book);
  return (
    <li className={css['book']}>
      <Link href={`/books/${encodeURIComponent(book.id)}`} className={css['bookLink']}>
        <h3 dir="auto">{book.title}</h3>
        {book.author ? <p dir="auto">{book.author}</p> : null}
      </Link>
      <p className={css['bookAbout']}>
        {chaptersOf(book)}
        <br />
        {versionOf(book)}
      </p>
      {working > 0 ? <Badge tone="working">{`${working} in work`}</Badge> : null}
    </li>
  );
}

/** The user's books. */
export function Books({ books }: { readonly books: readonly Card[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? books : books.slice(0, SHOWN);
  return (
    <section aria-labelledby="books" className={css['section']}>
      <h2 id="books">Books</h2>
      <ul className={css['books']}>
        {shown.map((book) => (
          <BookCard key={book.id} book={book} />
        ))}
      </ul>
      {books.length > SHOWN ? (
        <Button kind="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Fewer books' : `All ${books.length} books`}
        </Button>
      ) : null}
    </section>
  );
}
