import { afterEach, expect, it, vi } from 'vitest';
import type { ServedSupergraph, SupergraphQuestion } from '../../clients/supergraph.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { numbered } from '../kept/kept.contract.ts';
import type { NumberedSupergraph } from '../kept/kept.ts';
import { SupergraphSource } from './source.ts';

const served = (version: number, sdl?: string): ServedSupergraph => ({
  ...numbered(version, sdl),
  subgraphs: [],
});

/** A registry that answers at once, or holds a question back until it has another. */
function registry(first?: ServedSupergraph) {
  let current = first;
  let isAway = false;
  const asked: SupergraphQuestion[] = [];
  const waiting = new Set<() => void>();
  const change = (act: () => void) => {
    act();
    for (const wake of waiting) wake();
    waiting.clear();
  };
  return {
    asked,
    set: (next: ServedSupergraph) =>
      change(() => {
        current = next;
      }),
    leave: () =>
      change(() => {
        isAway = true;
      }),
    comeBack: () => {
      isAway = false;
    },
    async current(question: SupergraphQuestion = {}): Promise<ServedSupergraph | undefined> {
      asked.push(question);
      if (current?.version === question.known && question.waitSeconds && !isAway)
        await new Promise<void>((resolve, reject) => {
          waiting.add(resolve);
          question.signal?.addEventListener('abort', () => reject(question.signal?.reason));
        });
      if (isAway || !current) throw new BlobgraphError('SERVICE_UNAVAILABLE', 'Nobody there');
      return current.version === question.known ? undefined : current;
    },
  };
}

function keeping(kept?: NumberedSupergraph) {
  let last = kept;
  const keep = async (one: NumberedSupergraph) => {
    last = one;
  };
  return { load: async () => last, keep };
}

const REFUSED = 'refused';

async function setUp(options: { first?: ServedSupergraph; kept?: NumberedSupergraph; none?: boolean } = {}) {
  const client = registry(options.first);
  const keep = keeping(options.kept);
  const shown: string[] = [];
  const lines: string[] = [];
  const log = (_facts: unknown, text?: string) => void lines.push(text ?? String(_facts));
  const source = await SupergraphSource.open({
    client: options.none ? undefined : client,
    keep,
    async serve(sdl) {
      if (sdl === REFUSED) throw new Error('It cannot be planned');
      shown.push(sdl);
    },
    logger: { info: log, warn: log, error: log } as never,
    everyMs: 1,
  });
  running.push(source);
  return { source, client, keep, shown, lines };
}

const running: SupergraphSource[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((source) => source.stop()));
});

const PATIENCE = { timeout: 30_000, interval: 5 };

it('serves what the registry has at the start, and each that it has later, and keeps them', async () => {
  const { source, client, keep, shown } = await setUp({ first: served(1) });
  expect(source.isSettled).toBe(false);
  await source.first();
  expect([source.isSettled, source.served]).toEqual([true, numbered(1)]);
  source.start();
  for (const version of [2, 3]) {
    client.set(served(version));
    await expect.poll(() => source.served, PATIENCE).toEqual(numbered(version));
  }
  expect(shown).toEqual([1, 2, 3].map((version) => numbered(version).sdl));
  expect(await keep.load()).toEqual(numbered(3));
});

it('waits at the registry instead of asking again and again', async () => {
  const { source, client } = await setUp({ first: served(1) });
  await source.first();
  source.start();
  await expect.poll(() => client.asked.at(-1), PATIENCE).toMatchObject({ known: 1, waitSeconds: 25 });
  const before = client.asked.length;
  client.set(served(2));
  await expect.poll(() => client.asked.at(-1), PATIENCE).toMatchObject({ known: 2, waitSeconds: 25 });
  expect(client.asked.length).toBe(before + 1);
});

it('serves what was kept while the registry is away, and follows it once it is back, with one line each', async () => {
  const { source, client, shown, lines } = await setUp({ first: served(5), kept: numbered(4) });
  client.leave();
  expect([source.isSettled, source.served]).toEqual([true, numbered(4)]);
  await source.first();
  expect(shown).toEqual([]);
  source.start();
  await expect.poll(() => client.asked.length, PATIENCE).toBeGreaterThan(3);
  expect(lines.filter((line) => line.includes('is away'))).toHaveLength(1);
  client.comeBack();
  await expect.poll(() => source.served, PATIENCE).toEqual(numbered(5));
  expect(lines.filter((line) => line.includes('again'))).toHaveLength(3);
});

it('one that cannot be served is refused once, not kept, and a later one is taken', async () => {
  const { source, client, keep, shown, lines } = await setUp({ first: served(1) });
  await source.first();
  source.start();
  client.set(served(2, REFUSED));
  await expect.poll(() => client.asked.at(-1), PATIENCE).toMatchObject({ known: 2 });
  expect(source.served).toEqual(numbered(1));
  expect(await keep.load()).toEqual(numbered(1));
  expect(lines.filter((line) => line.includes('cannot be served'))).toHaveLength(1);
  client.set(served(3));
  await expect.poll(() => source.served, PATIENCE).toEqual(numbered(3));
  expect(shown).toHaveLength(2);
});

it('an answer that was overtaken changes nothing', async () => {
  const { source, client, shown } = await setUp({ first: served(1) });
  await source.first();
  let answer: (served: ServedSupergraph) => void = () => {};
  const promise = new Promise<ServedSupergraph>((resolve) => {
    answer = resolve;
  });
  vi.spyOn(client, 'current').mockImplementationOnce(() => promise);
  const late = source.ask();
  client.set(served(3));
  await source.ask();
  answer(served(2));
  await late;
  expect(source.served).toEqual(numbered(3));
  expect(shown).toHaveLength(2);
});

it('asked at the same moment by many, one version is served once', async () => {
  const { source, client, shown } = await setUp({ first: served(1) });
  await source.first();
  client.set(served(2));
  await Promise.all(Array.from({ length: 20 }, () => source.ask()));
  expect(shown).toEqual([1, 2].map((version) => numbered(version).sdl));
});

it('a registry that was restored from an older copy is believed', async () => {
  const { source, client } = await setUp({ first: served(9) });
  await source.first();
  client.set(served(4));
  await source.ask();
  expect(source.served).toEqual(numbered(4));
});

it('what is not of its hash is not taken', async () => {
  const { source, client } = await setUp({ first: served(1) });
  await source.first();
  client.set({ ...served(2), hash: numbered(3).hash });
  await expect(source.ask()).rejects.toThrow('not of its hash');
  expect(source.served).toEqual(numbered(1));
});

it('without a registry there is nothing to ask, to wait for, or to keep', async () => {
  const { source, client, lines } = await setUp({ none: true, kept: numbered(3) });
  await source.first();
  source.start();
  await source.ask();
  expect([source.isSettled, source.served, client.asked, lines]).toEqual([true, undefined, [], []]);
});

it('a stop ends the question that is held back', async () => {
  const { source, client, lines } = await setUp({ first: served(1) });
  await source.first();
  source.start();
  await expect.poll(() => client.asked.at(-1), PATIENCE).toMatchObject({ waitSeconds: 25 });
  await source.stop();
  expect(lines.filter((line) => line.includes('away'))).toEqual([]);
});
