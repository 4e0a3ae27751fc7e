/** The story of `cli/demo`, which `npx blobgraph demo` pushes through a system as well. */
const texts = import.meta.glob<string>('../../cli/demo/story/*', {
  query: '?raw',
  import: 'default',
  eager: true,
});

interface BookFile {
  readonly book_id: string;
  readonly title: string;
  readonly author: string;
  readonly chapters: readonly { readonly chapter: number; readonly title: string; readonly file: string }[];
}

const read = (file: string): string => texts[`../../cli/demo/story/${file}`] ?? '';

export const STORY: BookFile = JSON.parse(read('book.json'));

/** Each chapter of the story with its text. */
export const CHAPTERS = STORY.chapters.map(({ file, ...chapter }) => ({ ...chapter, text: read(file) }));
