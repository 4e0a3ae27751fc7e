import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PANDOC } from '../cli/services/pandoc.ts';
import type { GraphClient } from '../e2e/harness/client.ts';
import { createDraft } from '../e2e/harness/operations.ts';
import { type System, startSystem } from '../e2e/harness/system.ts';
import { type SharedBook, sherlockHolmes } from '../platform/testing/shared-data.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { memory } from './harness/processes.ts';
import { ratios, spread, table } from './harness/statistics.ts';

/**
 * *The Adventures of Sherlock Holmes* compiled and exported to each format by an embedded system, from the request to
 * the last byte, with the increase in memory of its process tree. For comparison, pandoc makes EPUB and HTML of the
 * same Markdown.
 */

const BOOK = 'sherlock';
const FORMATS = ['markdown', 'html', 'epub', 'pdf'] as const;
const WATCHED_EVERY_MS = 50;
const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) { compiledBook { id } userErrors { message } }
}`;

/** Seconds, and MiB above the memory before. */
interface Cost {
  readonly seconds: number[];
  readonly memory: number[];
}

type Costs = Readonly<Record<'compile' | (typeof FORMATS)[number], Cost>>;

const none = (): Cost => ({ seconds: [], memory: [] });

async function measured<T>(pid: number, cost: Cost, work: () => Promise<T>): Promise<T> {
  const before = memory(pid).now;
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, memory(pid).now);
  }, WATCHED_EVERY_MS);
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    cost.seconds.push((performance.now() - startedAt) / 1_000);
    clearInterval(watch);
    cost.memory.push(highest - before);
  }
}

async function compiled(client: GraphClient): Promise<string> {
  const input = { bookId: BOOK, useExpanded: false, author: 'Arthur Conan Doyle' };
  const { compileBook } = await client.query<{
    compileBook: { compiledBook: { id: string } | null; userErrors: object[] };
  }>(COMPILE, { input });
  if (!compileBook.compiledBook) throw new Error(JSON.stringify(compileBook.userErrors));
  return compileBook.compiledBook.id;
}

async function file({ urls }: System, { token }: GraphClient, id: string, format: string): Promise<Buffer> {
  const path = `/api/v1/processors/book-compiler/blobs/${id}/artifacts/${format}`;
  const answer = await fetch(urls.gateway + path, { headers: { authorization: `Bearer ${token}` } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${format}: ${answer.status} ${bytes}`);
  return bytes;
}

function pandoc(folder: string, format: 'epub' | 'html'): number {
  const startedAt = performance.now();
  const [input, output] = [join(folder, 'book.md'), join(folder, `book.${format}`)];
  execFileSync(PANDOC, [input, '--standalone', '--toc', '--metadata', 'title=Book', '-o', output]);
  return (performance.now() - startedAt) / 1_000;
}

async function round(book: SharedBook, costs: Costs, peers: Readonly<Record<'epub' | 'html', number[]>>) {
  const system = await startSystem('embedded');
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-bench-'));
  try {
    const { pid } = system.process('gateway');
    const client = await system.client();
    for (const { chapterNum, text } of book.chapters)
      await createDraft(client, { book: BOOK, chapter: chapterNum, content: text });
    const id = await measured(pid, costs.compile, () => compiled(client));
    for (const format of FORMATS) {
      const bytes = await measured(pid, costs[format], () => file(system, client, id, format));
      if (format === 'markdown') await writeFile(join(folder, 'book.md'), bytes);
    }
    for (const format of ['epub', 'html'] as const) peers[format].push(pandoc(folder, format));
  } finally {
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const book = sherlockHolmes();
    if (!book) throw new Error('The book is missing: ../shared/data/sherlock-holmes');
    const costs: Costs = { compile: none(), markdown: none(), html: none(), epub: none(), pdf: none() };
    const peers = { epub: [], html: [] };
    for (let done = 1; done <= rounds; done += 1) {
      await round(book, costs, peers);
      progress(`round ${done} of ${rounds}`);
    }
    const rows = Object.entries(costs).map(([what, { seconds, memory: more }]) => {
      const peer = what === 'epub' || what === 'html' ? ratios(seconds, peers[what]) : '';
      return [what, spread(seconds, 2), peer, spread(more, 0)];
    });
    return table(['', 'seconds', 'to pandoc', 'MiB more'], rows);
  },
};
