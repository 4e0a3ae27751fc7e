import { useId, useMemo, useState } from 'react';
import { useClient } from 'urql';
import { MakeVersionDocument } from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Check } from '../../design/controls/check.tsx';
import { Dialog } from '../../design/controls/dialog.tsx';
import { Field } from '../../design/controls/field.tsx';
import { Failed } from '../../design/states/notices.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { nothingDone, useDo } from '../../graph/hooks.ts';
import type { Around } from '../chapters/model.ts';
import type { BookSeen } from '../live/use-book.ts';
import css from './compile.module.css';
import { intentOf } from './intent.ts';
import { keepsBack, lookAt, type Options, refusalOf } from './look.ts';
import { LookList } from './look-list.tsx';

export interface CompileDialogProps extends Around {
  readonly book: BookSeen;
  readonly onClose: () => void;
  readonly onMade: (versionId: string) => void;
}

type Overrides = Readonly<Record<'title' | 'subtitle' | 'author', string>>;
const FIELDS = ['title', 'subtitle', 'author'] as const;
const LABELS = { title: 'Title', subtitle: 'Subtitle', author: 'Author' } as const;
const noOverrides: Overrides = { title: '', subtitle: '', author: '' };

/** The texts that were typed; the book's own stand where none were. */
const given = (overrides: Overrides) =>
  Object.fromEntries(
    FIELDS.flatMap((name) => (overrides[name].trim() ? [[name, overrides[name].trim()]] : [])),
  );

/** Says whether all is there, before anything is asked for. */
function summaryOf(held: number, total: number): string {
  if (held === 0) return 'All of it can go in.';
  return held === 1
    ? `1 of ${total} chapters keeps the book back.`
    : `${held} of ${total} chapters keep the book back.`;
}

/** A look at what will go into the next version, and the making of it. */
export function CompileDialog({ book, onClose, onMade, ...around }: CompileDialogProps) {
  const form = useId();
  const tell = useTell();
  const [options, setOptions] = useState<Options>({ useExpanded: true, leaveOutMissing: false });
  const [overrides, setOverrides] = useState(noOverrides);
  const [isBusy, make] = useDo(MakeVersionDocument);
  const [done, setDone] = useState(nothingDone);
  const intent = intentOf(useClient(), `version of ${book.id}`);
  const looks = lookAt(book.chapters, options, around);
  const held = looks.filter(({ taken }) => keepsBack(taken)).length;
  const refusal = useMemo(() => {
    const chapters = book.chapters.map(({ chapterNum }) => chapterNum);
    return refusalOf(done.userErrors, { chapters, fields: FIELDS });
  }, [done, book]);
  const unanswered = done.userErrors.length === 0 ? done.faults : [];
  const set = (more: Partial<Options>) => {
    setOptions({ ...options, ...more });
    setDone(nothingDone);
  };
  const compile = async () => {
    const input = { bookId: book.id, ...options, ...given(overrides) };
    const answer = await make({ input: { ...input, idempotencyKey: intent.keyOf(input) } });
    setDone(answer);
    const made = answer.payload?.compiledBook;
    if (answer.userErrors.length > 0) intent.done();
    if (!made) return;
    intent.done();
    tell(`Version ${made.version} is made.`);
    onMade(made.id);
  };
  return (
    <Dialog
      title="Make a version"
      onClose={onClose}
      closeLabel="Cancel"
      actions={
        <Button kind="primary" type="submit" form={form} busy={isBusy}>
          {unanswered.length > 0 ? 'Try again' : 'Make the version'}
        </Button>
      }
    >
      <form
        id={form}
        className={css['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void compile();
        }}
      >
        <Check
          label="Use the expansions"
          hint="Otherwise each chapter is its draft."
          checked={options.useExpanded}
          onChange={({ target }) => set({ useExpanded: target.checked })}
        />
        <Check
          label="Leave out chapters without a draft"
          checked={options.leaveOutMissing}
          onChange={({ target }) => set({ leaveOutMissing: target.checked })}
        />
        <details className={css['more']}>
          <summary>Another title for this version</summary>
          <div className={css['form']}>
            {FIELDS.map((name) => (
              <Field
                key={name}
                label={LABELS[name]}
                dir="auto"
                placeholder={book[name] ?? ''}
                value={overrides[name]}
                fault={refusal.ofFields.get(name)}
                onChange={({ target }) => setOverrides({ ...overrides, [name]: target.value })}
              />
            ))}
          </div>
        </details>
        <section aria-labelledby={`${form}-look`} className={css['look']}>
          <h3 id={`${form}-look`}>What goes in</h3>
          <p role="status" className={css['summary']}>
            {summaryOf(held, looks.length)}
          </p>
          <LookList looks={looks} refused={refusal.ofChapters} />
        </section>
        {refusal.others.length > 0 ? (
          <Failed title="No version was made" reason={refusal.others.join(' ')} />
        ) : null}
        {refusal.others.length === 0 && done.userErrors.length > 0 ? (
          <Failed
            title="No version was made"
            reason="What keeps it back stands at the chapters and fields above."
          />
        ) : null}
        {unanswered.length > 0 ? (
          <Failed
            title="There was no answer"
            reason={`${unanswered.join(' ')} Try again: if the version was made all the same, no second one is.`}
          />
        ) : null}
      </form>
    </Dialog>
  );
}
