import { expect, test } from 'vitest';
import {
  backfillWords,
  byNeed,
  figuresOf,
  healthOf,
  latencyOf,
  type ProcessorRow,
  span,
  summaryOf,
} from './words.ts';

const health: ProcessorRow['health'] = {
  status: 'UP',
  since: null,
  checkedAt: null,
  latencyMs: 12,
  reason: null,
  queueDepth: 0,
  queueDepthIsExact: true,
  oldestWaitingSeconds: null,
  inWork: 0,
  endedRuns: 0,
  failedRuns: 0,
  errorRate: null,
  windowSeconds: 300,
  deadLetters: 0,
};
const processor = (
  name: string,
  over: Partial<ProcessorRow> = {},
  of: Partial<ProcessorRow['health']> = {},
) => ({ name, status: 'ACTIVE', ...over, health: { ...health, ...of } }) as ProcessorRow;

test('figures are told in words, and what needs a look is marked', () => {
  const busy = {
    ...health,
    queueDepth: 10_000,
    queueDepthIsExact: false,
    oldestWaitingSeconds: 150,
    inWork: 4,
    endedRuns: 200,
    failedRuns: 1,
    errorRate: 0.005,
    deadLetters: 3,
  };
  expect(figuresOf(busy)).toEqual([
    { name: 'Waiting', value: '10,000 or more' },
    { name: 'Oldest waits', value: '3 min' },
    { name: 'In work', value: '4' },
    { name: 'Failed', value: 'less than 1 %: 1 of 200 in 5 min', isGrave: true },
    { name: 'Dead letters', value: '3', isGrave: true },
  ]);
});

test('what is not known is a dash, which is not nought', () => {
  const away = { ...health, queueDepth: null, inWork: null, endedRuns: null, deadLetters: null };
  expect(figuresOf(away).map(({ value }) => value)).toEqual(['–', '–', '–', '–', '–']);
  expect(figuresOf(health).map(({ value }) => value)).toEqual(['0', '–', '0', 'none ended in 5 min', '0']);
  expect(latencyOf({ ...health, latencyMs: null, status: 'DOWN' }).value).toBe('no answer');
  expect(latencyOf({ ...health, latencyMs: null, status: 'UNKNOWN' }).value).toBe('–');
});

test('one that is retired is neither up nor down', () => {
  expect(healthOf(processor('a', { status: 'RETIRED' }, { status: 'DOWN' }))).toEqual(['rest', 'Retired']);
  expect(healthOf(processor('a', {}, { status: 'DOWN' }))).toEqual(['failed', 'Down']);
});

test('those in need come first, and the retired last', () => {
  const all = [
    processor('b up'),
    processor('retired', { status: 'RETIRED' }),
    processor('paused', { status: 'PAUSED' }),
    processor('unwell', {}, { status: 'DEGRADED' }),
    processor('a up'),
    processor('down', {}, { status: 'DOWN' }),
  ];
  expect(byNeed(all).map(({ name }) => name)).toEqual([
    'down',
    'unwell',
    'paused',
    'a up',
    'b up',
    'retired',
  ]);
  expect(summaryOf(all)).toBe('1 of 5 is down, 1 is not well, 1 is paused. The rest works.');
  expect(summaryOf([processor('a')])).toBe('All processors work: 1.');
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [61, '1 min'],
  [7_200, '2 h'],
  [400_000, '5 days'],
])('%i seconds are %s', (seconds, words) => {
  expect(span(seconds)).toBe(words);
});

test('a backfill tells what it has looked at and done', () => {
  expect(backfillWords({ state: 'RUNNING', scanned: 1_200, planned: 45, finishedRuns: 30 })).toBe(
    'Looked at 1,200 blobs; 30 of 45 runs done',
  );
});
