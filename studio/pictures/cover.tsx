import { type FormEvent, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Select } from '../design/controls/field.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { useDo, useRead } from '../graph/hooks.ts';
import { PictureBooksDocument, SetCoverDocument } from './operations.generated.ts';
import css from './pictures.module.css';

/** Makes a picture the cover of a book. */
export function Cover({ picture }: { readonly picture: { readonly id: string } }) {
  const { data, faults } = useRead(PictureBooksDocument, {});
  const [isBusy, setCover] = useDo(SetCoverDocument);
  const [chosen, setChosen] = useState<string>();
  const [fault, setFault] = useState<string>();
  const tell = useTell();
  const books = data?.me.state?.books ?? [];
  const covered = books.filter(({ cover }) => cover?.id === picture.id);
  const bookId = chosen ?? books.find((book) => !covered.includes(book))?.id;
  const book = books.find(({ id }) => id === bookId);
  const isCover = covered.some(({ id }) => id === bookId);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!book) return;
    const done = await setCover({ bookId: book.id, coverBlobId: isCover ? null : picture.id });
    setFault(done.faults[0]);
    if (done.faults.length === 0)
      tell(isCover ? `“${book.title}” has no cover any more.` : `It is the cover of “${book.title}” now.`);
  };
  if (faults.length > 0 && !data) return <p className={css['soft']}>Books cannot be read now.</p>;
  if (books.length === 0)
    return data ? <p className={css['soft']}>Once you have a book, this can be its cover.</p> : null;
  return (
    <form className={css['cover']} onSubmit={(event) => void submit(event)}>
      <Select
        label="Cover of"
        value={bookId ?? books[0]?.id}
        fault={fault}
        onChange={({ target }) => {
          setChosen(target.value);
          setFault(undefined);
        }}
      >
        {books.map(({ id, title, cover }) => (
          <option key={id} value={id}>
            {title}
            {cover?.id === picture.id ? ' (it is)' : ''}
          </option>
        ))}
      </Select>
      <Button type="submit" kind={isCover ? 'plain' : 'primary'} busy={isBusy}>
        {isCover ? 'Take it off' : 'Use as the cover'}
      </Button>
    </form>
  );
}
