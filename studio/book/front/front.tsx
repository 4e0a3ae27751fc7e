import { type FormEvent, useState } from 'react';
import { ChangeFrontDocument } from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Field } from '../../design/controls/field.tsx';
import { Failed } from '../../design/states/notices.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { nothingDone, useDo } from '../../graph/hooks.ts';
import { faultAt, faultsBeside } from '../../graph/user-faults.ts';
import type { BookSeen } from '../live/use-book.ts';
import { CoverChoice, CoverSeen } from './cover-choice.tsx';
import css from './front.module.css';

const TEXTS = ['title', 'subtitle', 'author', 'language', 'rights'] as const;
const FIELDS = [...TEXTS, 'coverBlobId'] as const;
type Texts = Record<(typeof TEXTS)[number], string>;

const LABELS: Readonly<Record<(typeof TEXTS)[number], readonly [label: string, hint?: string]>> = {
  title: ['Title'],
  subtitle: ['Subtitle'],
  author: ['Author', 'As it is to stand on the cover.'],
  language: ['Language', 'A tag such as en or pt-BR. Empty: that of the drafts.'],
  rights: ['Rights', 'Such as © 2026 A. Writer'],
};

const textsOf = (book: BookSeen): Texts => ({
  title: book.title,
  subtitle: book.subtitle ?? '',
  author: book.author ?? '',
  language: book.version > 0 ? (book.language ?? '') : '',
  rights: book.rights ?? '',
});

const trimmed = (texts: Texts): Texts =>
  Object.fromEntries(TEXTS.map((name) => [name, texts[name].trim()])) as Texts;

/** Differences from the book as it was when the form was opened: what others changed meanwhile stays. */
function changesOf(before: Texts, now: Texts) {
  const changed = TEXTS.filter((name) => now[name].trim() !== before[name]);
  return Object.fromEntries(
    changed.map((name) => [name, name === 'title' ? now.title.trim() : now[name].trim() || null]),
  );
}

interface CoverProps {
  readonly id: string | null;
  readonly fault: string | undefined;
  readonly onChange: (id: string | null) => void;
}

function Cover({ id, fault, onChange }: CoverProps) {
  const [isChoosing, setChoosing] = useState(false);
  return (
    <section className={css['coverPart']} aria-label="Cover">
      {id ? <CoverSeen key={id} id={id} /> : <div className={css['noCover']}>No cover</div>}
      {fault ? (
        <p role="alert" className={css['fault']}>
          {fault}
        </p>
      ) : null}
      <div className={css['coverActions']}>
        <Button onClick={() => setChoosing(true)}>{id ? 'Another cover' : 'Choose a cover'}</Button>
        {id ? (
          <Button kind="quiet" onClick={() => onChange(null)}>
            No cover
          </Button>
        ) : null}
      </div>
      {isChoosing ? (
        <CoverChoice
          onClose={() => setChoosing(false)}
          onChoose={(chosen) => {
            onChange(chosen);
            setChoosing(false);
          }}
        />
      ) : null}
    </section>
  );
}

export interface FrontProps {
  readonly book: BookSeen;
}

/** Title, author, cover and the rest of what stands before the first chapter. */
export function Front({ book }: FrontProps) {
  const [isBusy, change] = useDo(ChangeFrontDocument);
  const tell = useTell();
  const [before, setBefore] = useState(() => textsOf(book));
  const [texts, setTexts] = useState(before);
  const [cover, setCover] = useState<string | null>();
  const [done, setDone] = useState(nothingDone);
  const coverId = cover === undefined ? (book.cover?.id ?? null) : cover;
  const changes = {
    ...changesOf(before, texts),
    ...(cover === undefined || cover === book.cover?.id ? {} : { coverBlobId: cover }),
  };
  const isChanged = Object.keys(changes).length > 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged) return tell('Nothing has changed.');
    const answer = await change({ input: { id: book.id, ...changes } });
    setDone(answer);
    if (answer.faults.length > 0) return;
    setBefore(trimmed(texts));
    setCover(undefined);
    tell('The book’s details are saved.');
  };
  const beside = faultsBeside(done, FIELDS);
  return (
    <form className={css['front']} onSubmit={(event) => void submit(event)} noValidate>
      <div className={css['fields']}>
        {TEXTS.map((name) => (
          <Field
            key={name}
            label={LABELS[name][0]}
            hint={LABELS[name][1]}
            dir="auto"
            autoComplete="off"
            value={texts[name]}
            fault={faultAt(done.userErrors, name)}
            onChange={({ target }) => setTexts({ ...texts, [name]: target.value })}
          />
        ))}
        {beside.length > 0 ? <Failed title="It is not saved" reason={beside.join(' ')} /> : null}
        <div>
          <Button type="submit" busy={isBusy}>
            Save
          </Button>
        </div>
      </div>
      <Cover id={coverId} fault={faultAt(done.userErrors, 'coverBlobId')} onChange={setCover} />
    </form>
  );
}
