import { beforeEach, describe, expect, it } from 'vitest';
import type { FolderBook } from './book-folder.ts';
import type { Graph } from './graph.ts';
import type { Operation } from './operation.ts';
import * as operations from './operations.ts';
import { type PushDependencies, pushBook } from './push.ts';

type State = operations.ProcessingState;
interface StoredDraft {
  id: string;
  chapter: number;
  text: string;
  version: number;
  state: State;
  attempt: number;
}

/** A graph of one book that answers as the real one does. */
class FakeGraph implements Graph {
  readonly drafts = new Map<string, StoredDraft>();
  readonly newest = new Map<number, string>();
  readonly compiled = new Map<string, number>();
  readonly retried: string[] = [];
  /** For drafts to be stored. */
  requests = 0;
  /** Ends of a chapter's runs, one after the other. Default: completed. */
  readonly ends = new Map<number, State[]>();
  #tell: ((data: { blobChanged: operations.Change }) => void) | undefined;

  #view({ id, version, state, attempt }: StoredDraft): operations.Draft {
    const error = state === 'FAILED' ? { code: 'MODEL_FAILED', message: `No. ${attempt}` } : null;
    return {
      id,
      version,
      processing: { state, runs: [{ processorId: 'text-expansion', state, attempt, error }] },
    };
  }

  #finish(draft: StoredDraft, attempt: number): void {
    draft.state = this.ends.get(draft.chapter)?.shift() ?? 'COMPLETED';
    draft.attempt = attempt;
    draft.version += 1;
    const common = { ...this.#view(draft), processorId: 'state', parent: null, content: null };
    const content = { data: { expanded: `${draft.text} and on` } };
    const expansion = { ...common, id: `e-${draft.id}`, parent: { id: draft.id }, content };
    setImmediate(() => {
      if (draft.state === 'COMPLETED') this.#tell?.({ blobChanged: { cursor: 'c', blob: expansion } });
      this.#tell?.({ blobChanged: { cursor: 'c', blob: common } });
    });
  }

  #create({ idempotencyKey, data }: operations.CreateDraftInput) {
    const chapter = data.metadata.chapter_num;
    const id = `d-${idempotencyKey}`;
    const draft = this.drafts.get(id) ?? {
      id,
      chapter,
      text: data.content,
      version: 1,
      state: 'PENDING',
      attempt: 0,
    };
    const view = this.#view(draft);
    if (!this.drafts.has(id)) {
      this.drafts.set(id, draft);
      this.newest.set(chapter, id);
      this.#finish(draft, 1);
    }
    return { blob: view, userErrors: [] };
  }

  #createAll({ input }: { input: { blobs: operations.CreateDraftInput[] } }) {
    this.requests += 1;
    return { createBlobs: { results: input.blobs.map((one) => this.#create(one)), userErrors: [] } };
  }

  #compile({ input }: { input: { idempotencyKey: string } }) {
    const version = this.compiled.get(input.idempotencyKey) ?? this.compiled.size + 1;
    this.compiled.set(input.idempotencyKey, version);
    const compiledBook = { id: `b-${version}`, version, wordCount: 9, fullText: 'text', chapters: [] };
    return { compileBook: { compiledBook, userErrors: [] } };
  }

  readonly #answers = new Map<unknown, (variables: never) => unknown>([
    [operations.createBook, () => ({ createBook: { userErrors: [] } })],
    [operations.liveCursor, () => ({ blobs: { liveCursor: '0' } })],
    [operations.createDrafts, (variables) => this.#createAll(variables)],
    [operations.compileBook, (variables) => this.#compile(variables)],
    [operations.readLineage, () => ({ blob: { lineage: { nodes: [], edges: [], truncated: false } } })],
    [
      operations.readDraftText,
      ({ id }: { id: string }) => ({ blob: { content: { body: { content: this.drafts.get(id)?.text } } } }),
    ],
    [
      operations.readBook,
      () => {
        const chapters = [...this.newest].flatMap(([chapterNum, id]) => {
          const draft = this.drafts.get(id);
          return draft ? [{ chapterNum, title: '', draft: this.#view(draft) }] : [];
        });
        const nodes = this.compiled.size > 0 ? [{ content: { version: this.compiled.size } }] : [];
        return { book: { chapters, compiled: { nodes } } };
      },
    ],
    [
      operations.retryProcessing,
      ({ blobId }: { blobId: string }) => {
        this.retried.push(blobId);
        const draft = this.drafts.get(blobId);
        if (draft) this.#finish(draft, draft.attempt + 1);
        return { retryProcessing: { blob: null, userErrors: [] } };
      },
    ],
  ]);

  async run<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    return this.#answers.get(operation)?.(variables as never) as Data;
  }

  listen<Data>(
    _operation: unknown,
    _variables: unknown,
    { onData, signal }: { onData: (data: Data) => void; signal: AbortSignal },
  ): Promise<void> {
    this.#tell = onData as never;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }

  async close(): Promise<void> {}
}

const bookOf = (...texts: string[]): FolderBook => ({
  bookId: 'b',
  title: 'B',
  author: null,
  chapters: texts.map((text, index) => ({ chapterNum: index + 1, title: `T${index + 1}`, text })),
});

let graph: FakeGraph;
let shown: string[][];
let said: string[];
const push = (book: FolderBook, more: Partial<PushDependencies> = {}) =>
  pushBook(
    {
      graph,
      display: { say: (line) => said.push(line), show: (lines) => shown.push([...lines]) },
      waitMs: 5_000,
      signal: new AbortController().signal,
      ...more,
    },
    book,
  );

beforeEach(() => {
  graph = new FakeGraph();
  [shown, said] = [[], []];
});

describe('pushing a book', () => {
  it('stores, shows what is heard of each chapter, and compiles', async () => {
    const pushed = await push(bookOf('one two', 'three'));
    expect(pushed).toMatchObject({ isNew: true, stored: 2, compiled: { version: 1 } });
    expect(graph.requests).toBe(1);
    expect(shown[0]).toEqual(['  1. T1: sending', '  2. T2: sending']);
    expect(shown.at(-1)).toEqual([
      '  1. T1: stored (2 words) → expanded (4 words)',
      '  2. T2: stored (1 word) → expanded (3 words)',
    ]);
  });

  it('sends many drafts in parts that a request holds', async () => {
    const large = 'x '.repeat(300 * 1024);
    await push(bookOf(large, 'a', large, 'b'));
    expect(graph.drafts.size).toBe(4);
    expect(graph.requests).toBe(2);
  });

  it('makes nothing twice', async () => {
    await push(bookOf('one', 'two'));
    const again = await push(bookOf('one', 'two'));
    expect(again).toMatchObject({ isNew: false, stored: 0, compiled: { version: 1 } });
    expect(graph.drafts.size).toBe(2);
  });

  it('takes a text that was changed and changed back as the newest', async () => {
    await push(bookOf('one'));
    await push(bookOf('other'));
    const back = await push(bookOf('one'));
    expect(back).toMatchObject({ isNew: true, stored: 1, compiled: { version: 3 } });
    expect(graph.drafts.get(graph.newest.get(1) ?? '')?.text).toBe('one');
    expect(await push(bookOf('one'))).toMatchObject({ isNew: false, stored: 0 });
  });

  it('asks once more for a run that failed, and says so', async () => {
    graph.ends.set(2, ['FAILED', 'COMPLETED']);
    expect(await push(bookOf('one', 'two'))).toMatchObject({ isNew: true });
    expect(graph.retried).toHaveLength(1);
    expect(said).toEqual(['Chapter 2 (“T2”) failed (MODEL_FAILED: No. 1); retrying once.']);
  });

  it('gives up on a run that failed twice, with its reason', async () => {
    graph.ends.set(2, ['FAILED', 'FAILED']);
    await expect(push(bookOf('one', 'two'))).rejects.toThrow(
      /Chapter 2 \(“T2”\): MODEL_FAILED of text-expansion: No\. 2\n.*run the demo again/,
    );
    expect(graph.compiled.size).toBe(0);
  });

  it('does not wait for ever', async () => {
    graph.ends.set(1, ['PROCESSING']);
    await expect(push(bookOf('one'), { waitMs: 50 })).rejects.toThrow(
      /Chapter 1 .*expanding\n.*run the demo again/,
    );
  });

  it('ends when it is stopped', async () => {
    graph.ends.set(1, ['PROCESSING']);
    const stopping = new AbortController();
    const pushing = push(bookOf('one'), { signal: stopping.signal });
    setImmediate(() => stopping.abort(new Error('stopped')));
    await expect(pushing).rejects.toThrow('stopped');
  });
});
