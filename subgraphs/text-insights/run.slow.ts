import { afterAll, expect, it } from 'vitest';
import { Threads } from '../../platform/concurrency/threads.ts';
import type { AnalysisTask } from './analysis/text.worker.ts';
import { insights } from './run.ts';

const threads = new Threads<AnalysisTask>({ source: 'subgraphs/text-insights/analysis/text.worker.ts' });
afterAll(() => threads.close());

/** Texts whose marks, length or names would take a naive analysis minutes. */
it.each([
  ['one word of 5 MiB', 'a'.repeat(5 * 1024 ** 2)],
  ['a million words on one line', 'word '.repeat(1_000_000)],
  ['marks that are never closed', '*a '.repeat(300_000)],
  ['brackets', '['.repeat(300_000)],
  ['names, and nothing else', 'Sherlock Holmes '.repeat(60_000)],
  ['marks of regular expressions', 'I met A.* (B) and C+ [D] with E|F in New York. '.repeat(50)],
])('is made also of %s', async (_, content) => {
  const source = {
    ...{ id: 'a', userId: 'alice', owner: 'state', schemaId: 'text-input-v1', schemaVersion: '1.0.0' },
    ...{ type: 'text', title: 'A', bookId: null, conversationId: null, chapterNum: null, data: { content } },
  };
  const { data } = await insights({ source, signal: new AbortController().signal }, { threads });
  expect(data.is_excerpt).toBe(content.length > 1_000_000);
});
