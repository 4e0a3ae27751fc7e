import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../platform/paths.ts';
import { type ComposedBook, composeBook } from './compose.ts';

const folder = projectFile('subgraphs', 'book-compiler', 'nasty');

/** A book of twelve chapters in which all that goes wrong when texts are put behind each other is written. */
export function nastyBook(): ComposedBook {
  const files = readdirSync(folder).filter((file) => /^\d\d-/.test(file));
  const chapters = files.toSorted().map((file, index) => ({
    chapterNum: index + 1,
    number: index + 1,
    title: '',
    text: readFileSync(join(folder, file), 'utf8'),
  }));
  return composeBook({ title: 'The Nasty Book', author: 'Nobody *at* all', language: null, chapters });
}

/** The book as it should be, looked at by hand. */
export const expectedBook = (): string => readFileSync(join(folder, 'expected.md'), 'utf8');
