import { describe, expect, it } from 'vitest';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import { records } from '../../platform/processor/records/records.ts';
import expansion from '../../subgraphs/text-expansion/processor.ts';
import { startKitSystem } from './system.fixture.ts';
import { versionsMade } from './versions.fixture.ts';

const ID = 'text-expansion';

/** A quick version of the text expansion. */
const version = (name: string, schemaIds: readonly string[] = ['text-input-v1']) =>
  defineProcessor({
    id: ID,
    version: name,
    name: 'Text expansion',
    description: '',
    takes: { 'blob.created': schemaIds },
    makes: { type: 'ExpandedText', schema: 'note-v1' },
    limits: { concurrency: 4, seconds: 30 },
    records: records('expanded_texts', { store: 'postgresql' }),
    async run({ source }) {
      const { content = '' } = source.data as { content?: string };
      const text = `${content} by ${name}`;
      return { preview: text, data: { text } };
    },
    resolvers: expansion.resolvers ?? {},
  });

describe('two versions of a processor beside each other', () => {
  it.each([
    ['forwards', '1', '2'],
    ['back', '2', '1'],
  ])('lose no run and fail none while one is updated %s, under load', async (_, before, after) => {
    const system = await startKitSystem();
    const caller = system.newUser();
    const drafts: string[] = [];
    const store = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        drafts.push(await system.createDraft(caller, `Draft ${drafts.length}.`));
      }
    };
    const old = await system.start(version(before));
    const load = store(16);
    await expect.poll(() => drafts.length).toBeGreaterThan(5);
    await system.start(version(after));
    await load;
    await store(8);
    await old.stop();
    await store(8);
    await versionsMade({ system, caller, drafts }, ID, ['1', '2']);
  });

  it('leave to each other what only the other takes', async () => {
    const system = await startKitSystem();
    const caller = system.newUser();
    await system.start(version('1'));
    const newer = version('2', ['text-input-v1', 'note-v1']);
    await system.start(newer);
    // The earlier version restarts, and is then the registered one.
    await system.start(version('1'));
    await system.start(newer);
    const drafts = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        system.createDraft(caller, `Draft ${index}.`, index % 2 ? 'note-v1' : 'text-input-v1'),
      ),
    );
    await versionsMade({ system, caller, drafts }, ID, ['1', '2']);
  });
});
