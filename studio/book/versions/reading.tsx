import { useState } from 'react';
import { VersionChapterDocument, VersionContentsDocument } from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Select } from '../../design/controls/field.tsx';
import { Failed, Loading } from '../../design/states/notices.tsx';
import { Markdown } from '../../design/text/markdown.tsx';
import { count } from '../../design/text/time.tsx';
import { useRead } from '../../graph/hooks.ts';
import { readable } from './readable.ts';
import css from './versions.module.css';

interface ChapterTextProps {
  readonly id: string;
  readonly chapterNum: number;
  readonly language: string | null;
}

/** One chapter as it reads: a book of megabytes is not loaded for the chapter that is looked at. */
function ChapterText({ id, chapterNum, language }: ChapterTextProps) {
  const { data, faults, isLoading, reload } = useRead(VersionChapterDocument, { id, chapterNum });
  if (isLoading) return <Loading label="Loading the chapter" lines={8} />;
  const content = data?.blob?.content;
  const chapter = content && 'chapter' in content ? content.chapter : undefined;
  if (!chapter) return <Failed title="The chapter cannot be read now" reason={faults[0]} onRetry={reload} />;
  return (
    <article dir="auto" lang={language ?? undefined}>
      <Markdown text={readable(chapter.compiledText)} />
    </article>
  );
}

/** A version's text, chapter by chapter. */
export function Reading({ id }: { readonly id: string }) {
  const { data, faults, isLoading, reload } = useRead(VersionContentsDocument, { id });
  const [at, setAt] = useState(0);
  if (isLoading) return <Loading label="Loading the contents" lines={4} />;
  const content = data?.blob?.content;
  if (!content || !('chapters' in content))
    return <Failed title="The text cannot be read now" reason={faults[0]} onRetry={reload} />;
  const { chapters, language } = content;
  const chapter = chapters[at];
  if (!chapter) return <p>This version has no chapters.</p>;
  const labelOf = ({ number, title }: (typeof chapters)[number]) => (number ? `${number}. ${title}` : title);
  return (
    <div className={css['reading']}>
      <div className={css['pick']}>
        <Select
          label="Chapter"
          value={at}
          onChange={({ target }) => setAt(Number(target.value))}
          hint={`${count(chapter.wordCount)} words`}
        >
          {chapters.map((each, index) => (
            <option key={each.chapterNum} value={index}>
              {labelOf(each)}
            </option>
          ))}
        </Select>
      </div>
      <ChapterText key={chapter.chapterNum} {...{ id, language }} chapterNum={chapter.chapterNum} />
      <div className={css['steps']}>
        <Button disabled={at === 0} onClick={() => setAt(at - 1)}>
          ← Chapter before
        </Button>
        <Button disabled={at === chapters.length - 1} onClick={() => setAt(at + 1)}>
          Next chapter →
        </Button>
      </div>
    </div>
  );
}
