import { expect, it } from 'vitest';
import type { FolderBook } from '../demo/book-folder.ts';
import type { Graph } from '../demo/graph.ts';
import type { Operation } from '../demo/operation.ts';
import {
  type CreateDraftInput,
  createBook,
  createDrafts,
  readBook,
  readDraftText,
} from '../demo/operations.ts';
import { removeChapters } from './operations.ts';
import { putBook } from './put-book.ts';

const processing = { state: 'STORED', runs: [] };

/** A graph of one book with chapters that have texts, by key. Removed chapters come back with their texts. */
function graphOf(texts: Record<number, string>) {
  const known = new Map(Object.entries(texts).map(([key, text]) => [Number(key), text]));
  const shown = new Set(known.keys());
  const asked: { text: string; input: unknown }[] = [];
  const answers = new Map<unknown, (input: never) => unknown>([
    [
      readBook,
      () => ({
        book: {
          chapters: [...shown].map((chapterNum) => ({
            ...{ chapterNum, title: `Chapter ${chapterNum}` },
            draft: known.has(chapterNum) ? { id: `d${chapterNum}`, version: 1, processing } : null,
          })),
        },
      }),
    ],
    [
      createBook,
      ({ chapters }: { chapters: { chapterNum: number }[] }) => {
        for (const { chapterNum } of chapters) shown.add(chapterNum);
        return { createBook: { userErrors: [] } };
      },
    ],
    [
      removeChapters,
      (input: { removeChapters: number[] }) => {
        for (const chapterNum of input.removeChapters) shown.delete(chapterNum);
        return { updateBook: { userErrors: [] } };
      },
    ],
    [
      createDrafts,
      ({ blobs }: { blobs: CreateDraftInput[] }) => ({
        createBlobs: {
          results: blobs.map(({ data: { content, metadata } }) => {
            known.set(metadata.chapter_num, content);
            return { blob: { id: `d${metadata.chapter_num}`, version: 1, processing }, userErrors: [] };
          }),
          userErrors: [],
        },
      }),
    ],
  ]);
  const graph = {
    async run<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
      const { input, id } = variables as { input?: unknown; id?: string };
      if ((operation as unknown) === readDraftText)
        return { blob: { content: { body: { content: known.get(Number(id?.slice(1))) } } } } as Data;
      if (input !== undefined) asked.push({ text: operation.text, input });
      return answers.get(operation)?.(input as never) as Data;
    },
  };
  const said = (operation: { readonly text: string }) =>
    asked.flatMap(({ text, input }) => (text === operation.text ? [input] : []));
  return { graph: graph as Graph, said, asked };
}

const bookOf = (texts: Record<number, string>, order = Object.keys(texts).map(Number)): FolderBook => ({
  ...{ bookId: 'novel', title: 'Novel', author: null },
  chapters: order.map((chapterNum) => ({
    ...{ chapterNum, title: `Chapter ${chapterNum}`, text: texts[chapterNum] ?? '' },
  })),
});

it('refuses chapters that no file has, before anything is stored', async () => {
  const { graph, asked } = graphOf({ 1: 'One.', 2: 'Two.', 10: 'Ten.' });
  const putting = putBook({ graph }, bookOf({ 1: 'One.', 10: 'Changed.' }), { exact: false });
  await expect(putting).rejects.toThrow(/no file has: 2 \(“Chapter 2”\).*--exact/);
  await expect(putting).rejects.toMatchObject({ code: 'CHAPTERS_WITHOUT_FILE' });
  expect(asked).toEqual([]);
});

it('takes them out where the book is to be what the folder is', async () => {
  const { graph, said } = graphOf({ 1: 'One.', 2: 'Two.', 10: 'Ten.' });
  const put = await putBook({ graph }, bookOf({ 1: 'One.', 10: 'Ten.' }), { exact: true });
  expect(put).toMatchObject({ stored: 0, removed: [2], chapters: [{ id: 'd1' }, { id: 'd10' }] });
  expect(said(removeChapters)).toEqual([{ id: 'novel', removeChapters: [2] }]);
});

it('stores a file that comes between others alone, in its place', async () => {
  const { graph, said } = graphOf({ 1: 'One.', 2: 'Two.' });
  const put = await putBook({ graph }, bookOf({ 1: 'One.', 2: 'Two.', 100000: 'Zero.' }, [100_000, 1, 2]), {
    exact: false,
  });
  expect(put).toMatchObject({ stored: 1, removed: [] });
  expect(said(createBook)).toMatchObject([
    {
      chapters: [
        { chapterNum: 100_000, position: 1 },
        { chapterNum: 1, position: 2 },
        { chapterNum: 2, position: 3 },
      ],
    },
  ]);
});

it('replaces the older text of a chapter that comes back', async () => {
  const { graph, said } = graphOf({ 1: 'One.', 2: 'Old.' });
  await putBook({ graph }, bookOf({ 1: 'One.' }), { exact: true });
  expect(await putBook({ graph }, bookOf({ 1: 'One.', 2: 'New.' }), { exact: false })).toMatchObject({
    stored: 1,
  });
  expect(await putBook({ graph }, bookOf({ 1: 'One.', 2: 'New.' }), { exact: false })).toMatchObject({
    stored: 0,
  });
  expect(said(createDrafts)).toHaveLength(1);
});

it('gives the book the author of its folder, and leaves it as it is where the folder names none', async () => {
  const { graph, said } = graphOf({});
  const book = bookOf({ 1: 'One.' });
  await putBook({ graph }, { ...book, author: 'A. Writer' }, { exact: false });
  await putBook({ graph }, book, { exact: false });
  expect(said(createBook)).toMatchObject([{ author: 'A. Writer' }, {}]);
  expect(said(createBook)[1]).not.toHaveProperty('author');
});
