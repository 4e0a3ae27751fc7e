import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import type { Graph, OpenedGraph } from './graph.ts';
import { ReplaceableGraph } from './replaceable.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A graph whose operations tell which it is. */
function graphOf(text: string, closed: string[], warm: OpenedGraph<object>['warm']): OpenedGraph<object> {
  const assertValid = (document: string) => {
    if (document.includes(text)) throw new Error(`${document} is not valid`);
  };
  const operations = { schema: text, find: () => text, assertValid };
  const declarations = { get: (field: string) => `${field} of ${text}` };
  const graph = {
    operations,
    declarations,
    costHints: text,
    warm,
    close: async () => void closed.push(text),
  };
  return graph as unknown as OpenedGraph<object>;
}

async function setUp(warm: OpenedGraph<object>['warm'] = async () => 0) {
  const closed: string[] = [];
  const file = { text: 'first' };
  const onReplaced = vi.fn();
  const graph = await ReplaceableGraph.open<object>({
    read: async () => file.text,
    async open(text) {
      if (text === 'bad') throw new Error('It cannot be planned');
      return graphOf(text, closed, warm);
    },
    onReplaced,
    graceMs: 30_000,
    logger: createLogger('silent'),
  });
  return { graph, file, closed, onReplaced };
}

const served = ({ operations, declarations, costHints }: Graph<object>): unknown[] => [
  operations.find(''),
  operations.schema,
  declarations.get('f'),
  costHints,
];

test('what is found comes of the newest supergraph; the graph before is closed when its work is over', async () => {
  const { graph, file, closed, onReplaced } = await setUp();
  const { operations } = graph;
  expect(served(graph)).toEqual(['first', 'first', 'f of first', 'first']);
  file.text = 'second';
  await graph.replace();
  expect(served(graph)).toEqual(['second', 'second', 'f of second', 'second']);
  expect(operations.find('')).toBe('second');
  expect(onReplaced).toHaveBeenCalledTimes(1);
  expect(closed).toEqual([]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(closed).toEqual(['first']);
  await graph.close();
  expect(closed).toEqual(['first', 'second']);
});

test('the same supergraph again changes nothing', async () => {
  const { graph, onReplaced } = await setUp();
  await graph.replace();
  await graph.replace();
  expect(onReplaced).not.toHaveBeenCalled();
});

test('one that cannot be served is refused once, and the graph before goes on', async () => {
  const { graph, file, closed, onReplaced } = await setUp();
  file.text = 'bad';
  await expect(graph.replace()).rejects.toThrow('It cannot be planned');
  await graph.replace();
  expect(served(graph)[0]).toBe('first');
  expect([closed, onReplaced.mock.calls]).toEqual([[], []]);
  file.text = 'good';
  await graph.replace();
  expect(served(graph)[0]).toBe('good');
});

test('one that lacks what is needed is refused, and closed', async () => {
  const { graph, file, closed } = await setUp();
  graph.need(() => ['{ of second }']);
  file.text = 'second';
  await expect(graph.replace()).rejects.toThrow('{ of second } is not valid');
  expect(served(graph)[0]).toBe('first');
  expect(closed).toEqual(['second']);
  file.text = 'third';
  await graph.replace();
  expect(served(graph)[0]).toBe('third');
});

test('closing closes graphs whose work is not over, too', async () => {
  const { graph, file, closed } = await setUp();
  for (const text of ['second', 'third']) {
    file.text = text;
    await graph.replace();
  }
  await graph.close();
  expect(closed.sort()).toEqual(['first', 'second', 'third']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(closed).toHaveLength(3);
});

test('what is in use is planned before another takes the place, with what may be asked for', async () => {
  let end: (planned: number) => void = () => {};
  const warm = vi.fn<OpenedGraph<object>['warm']>(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  const { graph, file } = await setUp(warm);
  graph.expect(['listed']);
  file.text = 'second';
  const replacing = graph.replace();
  await vi.waitFor(() => expect(warm).toHaveBeenCalled());
  expect(served(graph)[0]).toBe('first');
  const [before, texts] = warm.mock.calls[0] ?? [];
  expect([before?.operations.find(''), texts]).toEqual(['first', ['listed']]);
  end(1);
  await replacing;
  expect(served(graph)[0]).toBe('second');
});

test('one is made ready after the other, and the last one is served', async () => {
  const { graph } = await setUp();
  await Promise.all(['second', 'third', 'fourth'].map((text) => graph.take(text)));
  expect(served(graph)[0]).toBe('fourth');
});

test('a failure keeps nothing of those that come after it', async () => {
  const { graph } = await setUp();
  const [failed] = await Promise.allSettled([graph.take('bad'), graph.take('third')]);
  expect(failed.status).toBe('rejected');
  expect(served(graph)[0]).toBe('third');
});

test('a graph that is closed while another is made ready takes no other, and closes all', async () => {
  const { graph, closed } = await setUp(
    (_before, _texts, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(0), { once: true })),
  );
  const taking = graph.take('second');
  await vi.advanceTimersByTimeAsync(0);
  await graph.close();
  await taking;
  await graph.take('third');
  expect(closed.sort()).toEqual(['first', 'second']);
});

test('of many changes in a row, no more graphs are open than three that end and the one that is served', async () => {
  const { graph, closed } = await setUp();
  const texts = Array.from({ length: 8 }, (_, n) => `${n}`);
  const taking = Promise.all(texts.map((text) => graph.take(text)));
  await vi.advanceTimersByTimeAsync(0);
  expect([served(graph)[0], closed]).toEqual(['2', []]);
  await vi.advanceTimersByTimeAsync(60_000);
  await taking;
  expect(served(graph)[0]).toBe('7');
  await graph.close();
  expect(closed.toSorted()).toEqual(['first', ...texts].toSorted());
});
