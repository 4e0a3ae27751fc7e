import { useState } from 'react';
import { CompareDocument } from '../../book-graph/operations.generated.ts';
import { Select } from '../../design/controls/field.tsx';
import { Failed, Loading } from '../../design/states/notices.tsx';
import { count, counted } from '../../design/text/time.tsx';
import { useRead } from '../../graph/hooks.ts';
import { ChangedChapter } from './changed-chapter.tsx';
import { before, nameOf, type Version } from './version.ts';
import css from './versions.module.css';

interface DifferenceProps {
  readonly a: string;
  readonly b: string;
}

function Difference({ a, b }: DifferenceProps) {
  const { data, faults, isLoading, reload } = useRead(CompareDocument, { a, b });
  if (isLoading) return <Loading label="Comparing" lines={6} />;
  const found = data?.compareVersions;
  if (!found) return <Failed title="They cannot be compared now" reason={faults[0]} onRetry={reload} />;
  const { chapters, wordsAdded, wordsRemoved, unchanged } = found;
  return (
    <>
      <p role="status">
        {chapters.length === 0
          ? 'Nothing differs.'
          : `${count(wordsAdded)} words added, ${count(wordsRemoved)} removed, in ${counted(chapters.length, 'chapter')}.`}
        {unchanged > 0 ? ` ${counted(unchanged, 'chapter')} unchanged.` : ''}
      </p>
      <ul className={css['changed']} aria-label="Changed chapters">
        {chapters.map((chapter) => (
          <ChangedChapter key={chapter.chapterNum} chapter={chapter} />
        ))}
      </ul>
    </>
  );
}

export interface CompareProps {
  readonly version: Version;
  readonly versions: readonly Version[];
}

/** The differences between two versions of the book. */
export function Compare({ version, versions }: CompareProps) {
  const [chosen, setChosen] = useState<string>();
  const others = versions.filter(({ id }) => id !== version.id);
  const other = others.find(({ id }) => id === chosen) ?? before(versions, version.id) ?? others[0];
  if (!other) return <p>This is the only version: there is nothing to compare it with yet.</p>;
  // The older one is the one before, whichever was opened.
  const isOlder = versions.indexOf(other) > versions.indexOf(version);
  const [a, b] = isOlder ? [other, version] : [version, other];
  return (
    <div className={css['compare']}>
      <div className={css['pick']}>
        <Select
          label={`Compare ${nameOf(version)} with`}
          value={other.id}
          onChange={({ target }) => setChosen(target.value)}
          hint={`From ${nameOf(a)} to ${nameOf(b)}`}
        >
          {others.map((each) => (
            <option key={each.id} value={each.id}>
              {nameOf(each)}
            </option>
          ))}
        </Select>
      </div>
      <Difference a={a.id} b={b.id} />
    </div>
  );
}
