import type { Announcements, UniqueIdentifier } from '@dnd-kit/core';
import type { Chapter } from './model.ts';

const INSTRUCTIONS =
  'Press space or enter to lift the chapter, arrow keys to move it, space or enter again to put it down, escape to leave it where it was.';

/** Texts that readers hear while a chapter is moved: titles and places, not ids. */
export function spokenFor(chapters: readonly Chapter[]) {
  const nameOf = (id: UniqueIdentifier) =>
    `“${chapters.find(({ chapterNum }) => chapterNum === id)?.title ?? 'The chapter'}”`;
  const placeOf = (id: UniqueIdentifier) =>
    `${chapters.findIndex(({ chapterNum }) => chapterNum === id) + 1} of ${chapters.length}`;
  let hasMoved = false;
  const announcements: Announcements = {
    onDragStart({ active }) {
      hasMoved = false;
      return `${nameOf(active.id)} is lifted. It is ${placeOf(active.id)}.`;
    },
    onDragOver({ active, over }) {
      // What was just lifted is over its own place: that it was lifted is the news.
      hasMoved ||= over !== null && over.id !== active.id;
      return over && hasMoved ? `${nameOf(active.id)} is over place ${placeOf(over.id)}.` : undefined;
    },
    onDragEnd: ({ active, over }) =>
      over ? `${nameOf(active.id)} is put down at ${placeOf(over.id)}.` : `${nameOf(active.id)} stays.`,
    onDragCancel: ({ active }) => `${nameOf(active.id)} stays where it was.`,
  };
  return { announcements, screenReaderInstructions: { draggable: INSTRUCTIONS } };
}
