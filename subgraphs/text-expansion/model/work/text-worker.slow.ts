import { afterAll, describe, expect, it, vi } from 'vitest';
import { analyseStyle } from '../../../../platform/prose/style.ts';
import { sherlockHolmes } from '../../../../platform/testing/shared-data.ts';
import { createOfflineModel } from '../offline/model.offline.ts';
import { expandOffline, unchangedName } from '../writer/offline.ts';
import { createTextWorker } from './text-worker.ts';

const worker = createTextWorker({ idleMs: 100 });
const model = createOfflineModel({ worker });
const signal = new AbortController().signal;
const scene =
  'Mary came down to the harbour before dawn. The lamp burned low, and the wind had dropped. The boats lay at the pier. She sat on the bench by the wall and looked at the water, and a bell rang in the town behind her.';
const chapter = `# The Lamp\n\n${`${scene}\n\n`.repeat(60)}`;

afterAll(() => worker.close());

describe('the offline model', () => {
  it('answers from a thread what it would answer here', async () => {
    const expansion = await model.expand({ text: chapter, signal });
    expect(expansion).toEqual(expandOffline(chapter, () => {}));
    expect(expansion.modelUsed).toBe(model.name);
    expect(expansion.expanded.length / chapter.length).toBeGreaterThanOrEqual(1.2);
    expect(expansion.tokensUsed).toBeGreaterThan(chapter.split(' ').length * 2);
  });

  it('says so where it leaves a text as it is', async () => {
    const text = 'Wear a mask. Keep your distance. Wash your hands when you come home.';
    const expansion = await model.expand({ text, signal });
    expect(expansion).toMatchObject({ expanded: text, modelUsed: unchangedName });
    expect(expansion.sections.map(({ kept }) => kept)).toEqual([expect.stringContaining('English')]);
  });

  it('tells its progress, growing to the whole', async () => {
    const done: number[] = [];
    const onProgress = (share: number) => done.push(share);
    await model.expand({ text: `${chapter}\n\n`.repeat(20), signal, onProgress });
    await vi.waitFor(() => expect(done.at(-1)).toBe(1));
    expect(done.length).toBeGreaterThan(5);
    expect(done).toEqual([...done].sort((one, other) => one - other));
  });

  it('tells its sections once they are written', async () => {
    const told: string[] = [];
    const text = `# One\n\n${`${scene}\n\n`.repeat(60)}# Two\n\n${scene}\n`;
    const { expanded, sections } = await model.expand({
      text,
      signal,
      onText: ({ section, offset, added }) => {
        told[section] = (told[section] ?? '').slice(0, offset) + added;
      },
    });
    expect(told).toHaveLength(sections.length);
    expect(told.join('')).toBe(expanded);
  });

  it('leaves the event loop free', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await model.expand({ text: `${scene}\n\n`.repeat(2_000), signal });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('stops when it is told to, and works again after', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const text = 'The cat sat on the mat.\n\n'.repeat(10_000);
    const onProgress = () => controller.abort(reason);
    await expect(model.expand({ text, signal: controller.signal, onProgress })).rejects.toBe(reason);
    await expect(model.expand({ text: 'Still here.', signal })).resolves.toMatchObject({
      modelUsed: unchangedName,
    });
  });

  it('takes halves of surrogate pairs and NUL as they are', async () => {
    const text = 'a\ud800b. The \ud83d dog\0 barked.';
    const { expanded } = await model.expand({ text: `${text}\n\n${scene}`, signal });
    expect(expanded.startsWith(text)).toBe(true);
  });
});

describe('its sections', () => {
  it.each([
    ['a chapter', chapter],
    ['two chapters', `${chapter}\n\n# Two\n\n${chapter.slice(12)}`],
    ['a word', 'Hi'],
    ['one long paragraph', scene.repeat(100).replaceAll('.M', '. M')],
    [
      'one long paragraph of speech',
      `“${'I saw the lamp upon the pier, and I went down to the water to see it better. '.repeat(300)}”`,
    ],
  ])('tile both texts: %s', (_, text) => {
    const { expanded, sections } = expandOffline(text, () => {});
    let original = 0;
    let longer = 0;
    for (const section of sections) {
      expect([section.originalStart, section.expandedStart]).toEqual([original, longer]);
      const head = text.slice(original, original + Math.min(section.originalLength, 30));
      expect(expanded.slice(longer).replace(/^[“”]/, '').startsWith(head.replace(/^[“”]/, ''))).toBe(true);
      original += section.originalLength;
      longer += section.expandedLength;
    }
    expect([original, longer]).toEqual([text.length, expanded.length]);
  });

  it('are named by their headings', () => {
    const { sections } = expandOffline('# One\n\nText here.\n\n## Two\n\nMore text.\n', () => {});
    expect(sections.map(({ title }) => title)).toEqual(['One', 'Two']);
  });
});

describe('the thread', () => {
  it('analyses style', async () => {
    expect(await worker.analyseStyle(chapter, signal)).toEqual(analyseStyle(chapter));
  });

  it('counts tokens, of text without end too', async () => {
    expect(await worker.countTokens(['The lamp burned low.', 'Hello, world!'], signal)).toBe(9);
    expect(await worker.countTokens(['a'.repeat(200_000)], signal)).toBeGreaterThan(20_000);
    expect(await worker.countTokens(['<|endoftext|>', '', '\ud83d'], signal)).toBeGreaterThan(0);
  });

  it('that cannot start fails its work, and nothing else', async () => {
    const broken = createTextWorker({ filename: '/nowhere/text.worker.js' });
    await expect(broken.analyseStyle(chapter, signal)).rejects.toThrow();
    await expect(broken.analyseStyle(chapter, signal)).rejects.toThrow();
    await broken.close();
  });

  it('ends when it is closed, and takes its work with it', async () => {
    const other = createTextWorker();
    const expanding = other.expandOffline({ text: 'The cat sat on the mat. '.repeat(100_000), signal });
    const failed = expect(expanding).rejects.toThrow();
    await other.close();
    await failed;
  });
});

const book = sherlockHolmes();
describe.skipIf(!book)('Sherlock Holmes (../shared/data)', () => {
  it('is expanded and analysed, all twelve chapters, in a few seconds of processor time', async () => {
    const before = process.cpuUsage();
    for (const { text, title } of book?.chapters ?? []) {
      const [{ expanded, sections }, style] = await Promise.all([
        model.expand({ text, signal }),
        worker.analyseStyle(text, signal),
      ]);
      expect(expanded.length / text.length).toBeGreaterThanOrEqual(1.05);
      expect(sections[0]?.title).toContain(title);
      expect(style).toMatchObject({ vocabularyLevel: 'intermediate' });
      expect(style.complexity).toBeGreaterThan(0.4);
      expect(style.complexity).toBeLessThan(0.6);
      expect(style.readabilityScore).toBeGreaterThan(65);
      expect(style.readabilityScore).toBeLessThan(85);
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});
