import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../../platform/process/paths.ts';
import { type ComposedBook, composeBook } from './compose.ts';

const folder = projectFile('subgraphs', 'book-compiler', 'compose', 'nasty');

/** Twelve chapters that break when texts are simply concatenated. */
export function nastySource() {
  const files = readdirSync(folder).filter((file) => /^\d\d-/.test(file));
  const chapters = files
    .toSorted()
    .map((file) => ({ title: '', text: readFileSync(join(folder, file), 'utf8') }));
  return { title: 'The Nasty Book', author: 'Nobody *at* all', chapters };
}

/** The nasty book, compiled. */
export function nastyBook(): ComposedBook {
  const { chapters, ...book } = nastySource();
  const numbered = chapters.map((chapter, index) => ({
    ...chapter,
    chapterNum: index + 1,
    number: index + 1,
  }));
  return composeBook({ ...book, language: null, chapters: numbered });
}

/** The expected book, checked by hand. */
export const expectedBook = (): string => readFileSync(join(folder, 'expected.md'), 'utf8');
