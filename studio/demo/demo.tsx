import { useCallback, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Failed } from '../design/states/notices.tsx';
import { StateBadge } from '../design/states/state-badge.tsx';
import { useRead } from '../graph/hooks.ts';
import { useChanges, useTyped } from '../graph/live.tsx';
import { useTogether } from '../graph/together.ts';
import { isInWork } from '../graph/work.ts';
import css from './demo.module.css';
import { DemoBookDocument, type DemoBookQuery } from './operations.generated.ts';
import { pushStory } from './push.ts';
import { CHAPTERS, STORY } from './story.ts';

const ID = STORY.book_id;
const PATH = `/books/${encodeURIComponent(ID)}`;

/** Whether every chapter's draft is expanded, or will not be by itself. */
function isOver(book: DemoBookQuery['book'] | undefined): boolean {
  const drafts = book?.chapters.map(({ draft }) => draft) ?? [];
  return drafts.length > 0 && drafts.every((draft) => draft && !isInWork(draft.processing));
}

/** Pushes the demo book, shows how far its chapters are, and goes to it when all are expanded. */
export function Demo() {
  const graph = useTyped();
  const [, go] = useLocation();
  const [isStored, setStored] = useState(false);
  const [fault, setFault] = useState<string>();
  const { data, reload } = useRead(DemoBookDocument, { id: ID });
  const push = useCallback(() => {
    setFault(undefined);
    pushStory(graph, { id: ID, title: STORY.title, author: STORY.author, chapters: CHAPTERS }).then(
      () => setStored(true),
      (error: Error) => setFault(error.message),
    );
  }, [graph]);
  const isPushed = useRef(false);
  useEffect(() => {
    if (!isPushed.current) push();
    isPushed.current = true;
  }, [push]);
  useEffect(() => {
    if (isStored) reload();
  }, [isStored, reload]);
  const soon = useTogether(reload, 100);
  useChanges(({ kind }) => {
    if (kind === 'CREATED' || kind === 'DERIVED') soon();
  });
  const isDone = isStored && isOver(data?.book);
  useEffect(() => {
    if (isDone) go(PATH);
  }, [isDone, go]);
  if (fault) return <Failed title="The demo book could not be made" reason={fault} onRetry={push} />;
  return (
    <div className={css['demo']} role="status">
      <h3>{STORY.title}</h3>
      <ol>
        {CHAPTERS.map(({ chapter, title }) => {
          const draft = data?.book?.chapters.find(({ chapterNum }) => chapterNum === chapter)?.draft;
          return (
            <li key={chapter}>
              <span>
                {chapter}. {title}
              </span>
              <StateBadge state={draft?.processing.state ?? 'PENDING'} />
            </li>
          );
        })}
      </ol>
      {isStored ? <Link href={PATH}>Open the book now</Link> : null}
    </div>
  );
}
