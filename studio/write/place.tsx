import { Field, Select } from '../design/controls/field.tsx';
import type { WriteBooksQuery } from './operations.generated.ts';
import { type DraftFaults, nextChapter, placeSaid } from './text/draft.ts';
import css from './write.module.css';

export type WriteBook = WriteBooksQuery['me']['state']['books'][number];

export interface Place {
  readonly title: string;
  readonly bookId: string;
  readonly chapter: string;
}

export interface PlaceFieldsProps {
  readonly place: Place;
  readonly books: readonly WriteBook[];
  readonly faults: DraftFaults;
  readonly onChange: (place: Place) => void;
  /** The book is typed, as it is to be a new one. */
  readonly isNewBook: boolean;
  readonly onNewBook: (isNew: boolean) => void;
}

/** The choice of a book that is typed: no id, which would be no blank. */
const NEW = ' ';

/** A draft's title, book and chapter. */
export function PlaceFields({ place, books, faults, onChange, isNewBook, onNewBook }: PlaceFieldsProps) {
  const book = books.find(({ id }) => id === place.bookId);
  const choose = (id: string) => {
    onNewBook(id === NEW);
    const chosen = books.find((each) => each.id === id);
    const chapter = id === '' ? '' : String(nextChapter(chosen?.chapters ?? []));
    onChange({ ...place, bookId: id === NEW ? '' : id, chapter });
  };
  const isUnknown = !isNewBook && place.bookId !== '' && !book;
  return (
    <div className={css['fields']}>
      <Field
        label="Title"
        placeholder="The first line, if you leave this empty"
        dir="auto"
        value={place.title}
        fault={faults.title}
        onChange={({ target }) => onChange({ ...place, title: target.value })}
      />
      <Select
        label="Book"
        value={isNewBook ? NEW : place.bookId}
        fault={isNewBook ? undefined : faults.bookId}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="">No book</option>
        {isUnknown ? <option value={place.bookId}>{place.bookId}</option> : null}
        {books.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
        <option value={NEW}>A new book…</option>
      </Select>
      {isNewBook ? (
        <Field
          label="Id of the new book"
          hint="E.g. my-novel. The book comes into being with this draft."
          value={place.bookId}
          fault={faults.bookId}
          spellCheck={false}
          onChange={({ target }) => onChange({ ...place, bookId: target.value })}
        />
      ) : null}
      {isNewBook || place.bookId ? (
        <Field
          label="Chapter"
          type="number"
          inputMode="numeric"
          min={1}
          max={100_000}
          step={1}
          value={place.chapter}
          hint={placeSaid(place.chapter, book?.chapters ?? [])}
          fault={faults.chapter}
          onChange={({ target }) => onChange({ ...place, chapter: target.value })}
        />
      ) : null}
    </div>
  );
}
