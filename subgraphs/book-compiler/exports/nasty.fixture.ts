import { readdirSync, readFileSync } from 'node:fs';
import { compiledInput } from './hostile.fixture.ts';

const FOLDER = new URL('../nasty/', import.meta.url);

/** The nasty book, compiled. */
export function nastyInput() {
  const files = readdirSync(FOLDER).filter((name) => /^\d/.test(name));
  const chapters = files
    .toSorted()
    .map((name) => ({ title: '', text: readFileSync(new URL(name, FOLDER), 'utf8') }));
  return compiledInput({ title: 'The Nasty Book', author: 'Nobody *at* all', chapters });
}
