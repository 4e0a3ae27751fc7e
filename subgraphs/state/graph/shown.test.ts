import { expect, test } from 'vitest';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { IndexEntry } from '../store/records.ts';
import { contentMissingSince, contentOf, processingOf } from './shown.ts';

const entry = {
  id: '1',
  processorId: 'text-expansion',
  contentHash: 'a',
  contentMissingSince: null,
  state: 'COMPLETED',
  runs: [],
} as unknown as IndexEntry;

const all: ProcessorDocument[] = [];

test('fields make no promise where the registry’s answer is there', () => {
  const processors = { known: () => all };
  const content = { __typename: 'ExpandedText', id: '1' };
  expect(contentOf({ processors }, entry)).toEqual(content);
  expect(contentMissingSince(processors, entry)).toBeNull();
  expect(processingOf(processors, entry)).toEqual({ state: 'COMPLETED', runs: [] });
});

test('they wait for it where it is not, and go on without one that fails', async () => {
  const content = { __typename: 'ExpandedText', id: '1' };
  expect(await contentOf({ processors: { known: async () => all } }, entry)).toEqual(content);
  const processors = { known: () => Promise.reject(new Error('away')) };
  expect(await contentOf({ processors }, entry)).toEqual(content);
});
