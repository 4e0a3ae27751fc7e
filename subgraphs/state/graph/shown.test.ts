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

test('a processor may be named as a member that every object has', () => {
  const processors = { known: () => all };
  const theirs = { ...entry, processorId: 'constructor' };
  expect(() => contentOf({ processors }, theirs)).toThrow(/no type for blobs of `constructor`/);
  const outsideTypes = new Map([['constructor', 'Built']]);
  expect(contentOf({ processors, outsideTypes }, theirs)).toEqual({ __typename: 'Built', id: '1' });
});

test('they wait for it where it is not, and go on without one that fails', async () => {
  const content = { __typename: 'ExpandedText', id: '1' };
  expect(await contentOf({ processors: { known: async () => all } }, entry)).toEqual(content);
  const processors = { known: () => Promise.reject(new Error('away')) };
  expect(await contentOf({ processors }, entry)).toEqual(content);
});
