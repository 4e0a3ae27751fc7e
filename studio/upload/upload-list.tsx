import { useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Select } from '../design/controls/field.tsx';
import { count, counted } from '../design/text/time.tsx';
import { useRead } from '../graph/hooks.ts';
import { type Entry, isOpen, summaryOf, twinOf } from './entry.ts';
import { UploadBooksDocument } from './operations.generated.ts';
import type { UploadQueue } from './queue.ts';
import css from './upload.module.css';
import { UploadRow } from './upload-row.tsx';

/** The list's progress, in a sentence. */
function sentenceOf({ sendable, undescribed, underWay, sent, failed }: ReturnType<typeof summaryOf>): string {
  const parts = [
    underWay > 0 && `${counted(underWay, 'picture')} on the way`,
    sent > 0 && `${count(sent)} sent`,
    failed > 0 && `${count(failed)} failed`,
    sendable > 0 && `${count(sendable)} to send`,
    undescribed > 0 && `${count(undescribed)} without a description`,
  ];
  return parts.filter(Boolean).join(', ');
}

export interface UploadListProps {
  readonly queue: UploadQueue;
  readonly entries: readonly Entry[];
}

/** Files that are to be pictures, with what is said of each, and how far it is. */
export function UploadList({ queue, entries }: UploadListProps) {
  const { data } = useRead(UploadBooksDocument, {});
  const books = data?.me.state?.books ?? [];
  const [bookId, setBookId] = useState('');
  const summary = summaryOf(entries);
  const ofAll = (id: string) => {
    setBookId(id);
    for (const entry of entries) if (isOpen(entry)) queue.describe(entry.id, { bookId: id });
  };
  return (
    <section aria-labelledby="to-upload" className={css['list']}>
      <div className={css['head']}>
        <div>
          <h2 id="to-upload">To upload</h2>
          <p className={css['soft']} role="status">
            {sentenceOf(summary) || 'Nothing is left to send'}
          </p>
        </div>
        <div className={css['actions']}>
          {entries.length > 1 && books.length > 0 ? (
            <Select label="Book for all" value={bookId} onChange={({ target }) => ofAll(target.value)}>
              <option value="">None</option>
              {books.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </Select>
          ) : null}
          {summary.sent > 0 ? (
            <Button kind="quiet" onClick={() => queue.clearSent()}>
              Clear those that were sent
            </Button>
          ) : null}
          {summary.sendable > 0 ? (
            <Button kind="primary" onClick={() => queue.send()}>
              Upload {counted(summary.sendable, 'picture')}
            </Button>
          ) : null}
        </div>
      </div>
      <ul className={css['rows']}>
        {entries.map((entry) => (
          <UploadRow
            key={entry.id}
            entry={entry}
            books={books}
            twin={twinOf(entry, entries)?.file.name}
            queue={queue}
          />
        ))}
      </ul>
    </section>
  );
}
