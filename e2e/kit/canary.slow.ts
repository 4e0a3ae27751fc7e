import { describe, expect, it } from 'vitest';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import { records } from '../../platform/processor/records/records.ts';
import expansion from '../../subgraphs/text-expansion/processor.ts';
import { operator, startKitSystem } from './system.fixture.ts';
import { type Drafts, versionsMade } from './versions.fixture.ts';

const ID = 'text-expansion';
const PATH = `/api/v1/processors/${ID}/canary`;

/** Work that a test holds up, or has fail. */
interface Making {
  /** Runs begun, by version. */
  readonly begun: string[];
  wait: (version: string) => Promise<void>;
}

/** A version of the text expansion whose results say which version made them. */
const version = (name: string, making: Making) =>
  defineProcessor({
    id: ID,
    version: name,
    name: 'Text expansion',
    description: '',
    takes: { 'blob.created': ['text-input-v1'] },
    makes: { type: 'ExpandedText', schema: 'note-v1' },
    limits: { concurrency: 4, seconds: 30 },
    records: records('expanded_texts', { store: 'postgresql' }),
    async run({ source }) {
      making.begun.push(name);
      await making.wait(name);
      const { content = '' } = source.data as { content?: string };
      const text = `${content} by ${name}`;
      return { preview: text, data: { text } };
    },
    resolvers: expansion.resolvers ?? {},
  });

type System = Awaited<ReturnType<typeof startKitSystem>>;

async function setUp(share: number) {
  const system = await startKitSystem();
  const making: Making = { begun: [], wait: async () => undefined };
  const caller = system.newUser();
  const old = await system.start(version('1', making));
  const candidate = await system.startCandidate(version('2', making), share);
  const drafts: string[] = [];
  const store = async (count: number) => {
    for (let index = 0; index < count; index += 1)
      drafts.push(await system.createDraft(caller, `Draft ${drafts.length}.`));
  };
  const act = async (action: 'promote' | 'withdraw') => {
    const call = { body: { version: '2' }, caller: { service: 'gateway', ...operator } };
    const { status } = await system.processors.rest('POST', `${PATH}/${action}`, call);
    expect(status).toBe(200);
  };
  // State hears of the candidate within a second.
  const given = async () => {
    const id = await system.createDraft(caller, 'Is it known?');
    drafts.push(id);
    return givenTo(system, caller, id);
  };
  if (share === 1) await expect.poll(given, { timeout: 10_000 }).toBe('2');
  return { system, making, caller, old, candidate, drafts, store, act };
}

type Caller = ReturnType<System['newUser']>;

async function givenTo(system: System, caller: Caller, id: string): Promise<string | null> {
  const query = 'query ($id: ID!) { blob(id: $id) { processing { runs { version } } } }';
  interface Shown {
    blob: { processing: { runs: { version: string | null }[] } };
  }
  const { data } = await system.state.graphql<Shown>(query, { id }, caller);
  return data?.blob.processing.runs[0]?.version ?? null;
}

const made = (all: Drafts): Promise<string[]> => versionsMade(all, ID, ['1', '2']);

describe('a candidate beside the present version', () => {
  it('makes its share, of the blobs that were given to it when they were created', async () => {
    const all = await setUp(0.5);
    const { system, caller, drafts, store } = all;
    await store(24);
    const given = await Promise.all(drafts.map((id) => givenTo(system, caller, id)));
    expect(await made(all)).toEqual(given.map((name) => name ?? '1'));
    expect(new Set(given)).toContain('2');
  });

  it('that is withdrawn with runs begun and waiting leaves all of them to the present version, once', async () => {
    const all = await setUp(1);
    const { making, store, act, candidate } = all;
    making.wait = (name) => (name === '2' ? new Promise(() => undefined) : Promise.resolve());
    await store(12);
    await expect.poll(() => making.begun.filter((name) => name === '2').length).toBeGreaterThan(3);
    await act('withdraw');
    await store(4);
    const by = await made(all);
    expect(by.slice(-16).every((name) => name === '1')).toBe(true);
    // Its processes may start again.
    await candidate.stop();
    await all.system.startCandidate(version('2', making), 1);
    await store(4);
    expect((await made(all)).slice(-4)).toEqual(['1', '1', '1', '1']);
  });

  it('that stops in the middle, for good, is withdrawn without a loss', async () => {
    const all = await setUp(1);
    const { making, store, act, candidate } = all;
    making.wait = (name) => (name === '2' ? new Promise(() => undefined) : Promise.resolve());
    await store(8);
    await expect.poll(() => making.begun.filter((name) => name === '2').length).toBeGreaterThan(3);
    await candidate.stop();
    await act('withdraw');
    expect((await made(all)).slice(-8).every((name) => name === '1')).toBe(true);
  });

  it('that is promoted has what was not begun, and the version before ends what it had', async () => {
    const all = await setUp(0.5);
    const { making, store, act, old } = all;
    const release: (() => void)[] = [];
    making.wait = () => new Promise((resolve) => release.push(resolve));
    const load = store(16);
    await expect.poll(() => new Set(making.begun).size).toBe(2);
    await load;
    await act('promote');
    making.wait = async () => undefined;
    for (const resolve of release) resolve();
    await store(8);
    await made(all);
    await old.stop();
    await store(4);
    expect((await made(all)).slice(-4)).toEqual(['2', '2', '2', '2']);
    // A process of the version before that starts again takes nothing, and does not become the present one.
    await all.system.start(version('1', making));
    await store(4);
    expect((await made(all)).slice(-4)).toEqual(['2', '2', '2', '2']);
  });
});
