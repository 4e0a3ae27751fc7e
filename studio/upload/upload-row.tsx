import { memo, useEffect, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Check } from '../design/controls/check.tsx';
import { Field, Select, TextArea } from '../design/controls/field.tsx';
import { bytes } from '../design/text/time.tsx';
import { type Entry, isOpen, isSendable } from './entry.ts';
import type { UploadQueue } from './queue.ts';
import css from './upload.module.css';
import { UploadStage } from './upload-stage.tsx';

/** The file itself, as the browser shows it; nothing where it cannot, e.g. TIFF. */
function Preview({ file }: { readonly file: File }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return (
    <div className={css['preview']}>
      {url ? (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={({ currentTarget }) => {
            currentTarget.hidden = true;
          }}
        />
      ) : null}
    </div>
  );
}

export interface UploadRowProps {
  readonly entry: Entry;
  readonly books: readonly { readonly id: string; readonly title: string }[];
  /** The name of another file of the list with the same bytes. */
  readonly twin?: string | undefined;
  readonly queue: UploadQueue;
}

/** One file: what is said of it, and how far it is. */
export const UploadRow = memo(function UploadRow({ entry, books, twin, queue }: UploadRowProps) {
  const { id, file, details, stage } = entry;
  const faultOf = (field: keyof typeof details) =>
    stage.name === 'failed' && stage.field === field ? stage.reason : undefined;
  // What is being checked has been sent: it becomes a picture all the same.
  const isSent = stage.name === 'sent' || stage.name === 'checking';
  const parting = isSent ? 'Put away' : isOpen(entry) ? 'Take out' : 'Cancel';
  const isUseless = stage.name === 'failed' && stage.isFinal;
  return (
    <li className={css['row']} aria-label={file.name}>
      <Preview file={file} />
      <div className={css['about']}>
        <p className={css['file']}>
          <span>{file.name}</span> <span className={css['soft']}>{bytes(file.size)}</span>
        </p>
        {isOpen(entry) && !isUseless ? (
          <div className={css['fields']}>
            <Field
              label="Title"
              value={details.title}
              maxLength={500}
              fault={details.title.trim() === '' ? 'Give it a title.' : faultOf('title')}
              onChange={({ target }) => queue.describe(id, { title: target.value })}
            />
            <Select
              label="Book"
              value={details.bookId}
              fault={faultOf('bookId')}
              onChange={({ target }) => queue.describe(id, { bookId: target.value })}
            >
              <option value="">None</option>
              {books.map((book) => (
                <option key={book.id} value={book.id}>
                  {book.title}
                </option>
              ))}
            </Select>
            <div className={css['wide']}>
              <TextArea
                label="What is to be seen on it?"
                hint="For readers who cannot see it: it is read out to them, and goes into the book. It cannot be changed later."
                value={details.altText}
                maxLength={1_000}
                fault={faultOf('altText')}
                onChange={({ target }) => queue.describe(id, { altText: target.value })}
              />
            </div>
            <div className={css['wide']}>
              <Check
                label="Keep where it was taken, if the camera wrote it down"
                checked={details.keepPosition}
                onChange={({ target }) => queue.describe(id, { keepPosition: target.checked })}
              />
            </div>
          </div>
        ) : (
          <p className={css['said']}>
            {details.title}
            {details.altText ? <span className={css['soft']}> · {details.altText}</span> : null}
          </p>
        )}
        {twin !== undefined && isOpen(entry) && !isUseless ? (
          <p className={css['twin']}>
            The same file as {twin} above. With the same details it becomes the same picture.
          </p>
        ) : null}
        <UploadStage entry={entry} />
      </div>
      <div className={css['rowActions']}>
        {isSendable(entry) ? (
          <Button onClick={() => queue.send(id)} disabled={details.title.trim() === ''}>
            {stage.name === 'failed' ? 'Try again' : 'Upload'}
          </Button>
        ) : null}
        <Button kind="quiet" aria-label={`${parting}: ${file.name}`} onClick={() => queue.remove(id)}>
          {parting}
        </Button>
      </div>
    </li>
  );
});
