import { expect, it } from 'vitest';
import { event } from '../testing/records.fixture.ts';
import { kept, restored } from './outbox.ts';
import type { OutboxEvent } from './records.ts';

const of = (kind: OutboxEvent['kind'], version: number, sourceIds: string[]): OutboxEvent => {
  const { body, ...rest } = event({ id: 'a', userId: 'alice' }, version);
  return { ...rest, kind, body: { ...body, source_ids: sourceIds } };
};
const many = Array.from({ length: 10_000 }, (_, n) => `${'0'.repeat(64)}${n}`);

it('an outbox of a book of ten thousand chapters holds hundreds of events in a small part of a document', () => {
  const events = Array.from({ length: 500 }, (_, n) => of('processing', n + 2, many));
  const bytes = JSON.stringify(kept([of('indexed', 1, many), ...events])).length;
  expect(bytes).toBeLessThan(1_100_000);
  expect(restored(kept(events), many)).toEqual(events);
});

it('few sources stay with their events, and events of the release before are as they were', () => {
  const events = [of('created', 1, []), of('processing', 2, ['x']), of('processing', 3, many)];
  expect(kept(events.slice(0, 2))).toEqual(events.slice(0, 2));
  expect(restored(events.slice(2), many)).toEqual(events.slice(2));
  expect(restored([of('created', 1, [])], [])).toEqual([of('created', 1, [])]);
});
