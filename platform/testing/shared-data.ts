import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { z } from 'zod';
import { projectFile } from '../process/paths.ts';

/** A real book of twelve chapters. */
export interface SharedBook {
  readonly title: string;
  readonly author: string;
  readonly chapters: readonly {
    readonly chapterNum: number;
    readonly title: string;
    /** Words as its edition counts them. */
    readonly words: number;
    /** Markdown that opens with the title as its heading. */
    readonly text: string;
  }[];
}

const bookFile = z.object({
  title: z.string(),
  author: z.string(),
  chapters: z.array(
    z.object({ chapter: z.number(), title: z.string(), file: z.string(), words: z.number() }),
  ),
});

/** A folder of the data that stands beside the project; undefined where there is none. @throws when `CI=true` */
function sharedFolder(name: string): string | undefined {
  const folder = projectFile('..', 'shared', 'data', name);
  if (existsSync(folder)) return folder;
  if (env['CI'] === 'true') throw new Error(`The shared test data is missing: ../shared/data/${name}`);
  return undefined;
}

/** Photographs by their files' names, and `truncated.jpg`, which is cut off; undefined where they do not stand. */
export function sharedPhotographs(): ReadonlyMap<string, Buffer> | undefined {
  const folder = sharedFolder('images');
  if (folder === undefined) return undefined;
  return new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]));
}

/**
 * *The Adventures of Sherlock Holmes* from the data that stands beside the project; undefined where it does not,
 * for `describe.skipIf`.
 * @throws where it does not stand although `CI=true`
 */
export function sherlockHolmes(): SharedBook | undefined {
  const folder = sharedFolder('sherlock-holmes');
  if (folder === undefined) return undefined;
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const { title, author, chapters } = bookFile.parse(JSON.parse(read('book.json')));
  return {
    title,
    author,
    chapters: chapters.map(({ chapter, file, ...rest }) => ({
      chapterNum: chapter,
      title: rest.title,
      words: rest.words,
      text: read(file),
    })),
  };
}
