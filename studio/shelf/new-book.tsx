import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { Field } from '../design/controls/field.tsx';
import { Failed } from '../design/states/notices.tsx';
import { useDo } from '../graph/hooks.ts';
import { useTyped } from '../graph/live.tsx';
import { faultAt, faultsBeside } from '../graph/user-faults.ts';
import { useIsHere } from '../page/here.ts';
import { ShelfBookThereDocument, ShelfCreateBookDocument } from './operations.generated.ts';
import css from './shelf.module.css';
import { idOf } from './slug.ts';

export interface NewBookProps {
  readonly known: readonly { readonly id: string }[];
  readonly onClose: () => void;
}

type Faults = Readonly<Partial<Record<'title' | 'id' | 'author' | 'other', string | undefined>>>;

const TAKEN = 'You have a book of this id already. Choose another one.';

const FIELDS = ['title', 'id', 'author'] as const;

/** A dialog that makes a book, and goes to it. */
export function NewBook({ known, onClose }: NewBookProps) {
  const [title, setTitle] = useState('');
  const [ownId, setOwnId] = useState<string>();
  const [author, setAuthor] = useState('');
  const [faults, setFaults] = useState<Faults>({});
  const [isBusy, create] = useDo(ShelfCreateBookDocument);
  const [, go] = useLocation();
  const isHere = useIsHere();
  const id = (ownId ?? idOf(title)).trim();
  const typed = useTyped();
  const isThere = () =>
    typed.request(ShelfBookThereDocument, { id }).then(
      ({ data }) => data.book !== null,
      () => false,
    );
  const wrong = (): Faults => ({
    ...(title.trim() === '' && { title: 'Give the book a title.' }),
    ...(id === '' && { id: 'Give the book an id, e.g. my-novel.' }),
    ...(known.some((book) => book.id === id) && {
      id: TAKEN,
    }),
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const before = wrong();
    setFaults(before);
    if (Object.keys(before).length > 0 || isBusy) return;
    // What describes a book that is there would change it; the shelf may not know of it yet.
    if (await isThere()) return setFaults({ id: TAKEN });
    const input = { id, title: title.trim(), ...(author.trim() && { author: author.trim() }) };
    const done = await create({ input });
    if (!isHere()) return;
    if (done.payload?.book) return go(`/books/${encodeURIComponent(id)}`);
    const atFields = FIELDS.map((field) => [field, faultAt(done.userErrors, field)] as const);
    setFaults({ ...Object.fromEntries(atFields), other: faultsBeside(done, FIELDS).join(' ') });
  };
  const save = (
    <Button kind="primary" type="submit" form="new-book" busy={isBusy}>
      Make the book
    </Button>
  );
  return (
    <Dialog title="A new book" onClose={onClose} actions={save} closeLabel="Cancel">
      <form id="new-book" className={css['form']} onSubmit={(event) => void submit(event)}>
        <Field
          label="Title"
          value={title}
          maxLength={500}
          fault={faults.title}
          onChange={({ target }) => setTitle(target.value)}
        />
        <Field
          label="Id"
          hint="Your own name for it, in addresses and in the API. It stays as it is."
          value={ownId ?? id}
          maxLength={200}
          spellCheck={false}
          fault={faults.id}
          onChange={({ target }) => setOwnId(target.value)}
        />
        <Field
          label="Author, if it is to be on the cover"
          value={author}
          maxLength={500}
          fault={faults.author}
          onChange={({ target }) => setAuthor(target.value)}
        />
        {faults.other ? <Failed title="The book was not made" reason={faults.other} /> : null}
      </form>
    </Dialog>
  );
}
