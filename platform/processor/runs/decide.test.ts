import { describe, expect, it } from 'vitest';
import { BlobgraphError, type ErrorCode, InputErrors } from '../../errors/errors.ts';
import { type BlobEvent, type BlobEventBody, type EventKind, fromMessage } from '../../events/events.ts';
import { blobMessage } from '../../testing/events.ts';
import { askedBy, attemptOf, failureOf, refusedForGood, type Taker } from './decide.ts';

const processor: Taker = {
  id: 'upper-case',
  takes: { 'blob.created': ['text-input-v1'], 'blob.indexed': ['note-v1'] },
};

const event = (kind: EventKind, body: Partial<BlobEventBody> = {}): BlobEvent =>
  fromMessage(blobMessage('a', 1, { kind, body }));

const run = (processorId: string, attempt = 1) => ({
  run: { processor_id: processorId, state: 'PENDING', attempt } as const,
});

describe('an event', () => {
  it.each([
    ['of a kind and schema that are taken', event('created'), 'run'],
    ['of another kind and schema that are taken', event('indexed', { schema_id: 'note-v1' }), 'run'],
    ['of a schema that is taken on another kind', event('created', { schema_id: 'note-v1' }), 'ignore'],
    ['of another schema', event('created', { schema_id: 'message-v1' }), 'ignore'],
    ['of a kind that is not taken', event('completed'), 'ignore'],
    ['of a pending blob', event('indexed', { schema_id: 'note-v1', pending: true }), 'ignore'],
    ['of a run that is to be made again', event('retried', run('upper-case')), 'run'],
    [
      'that says that its turn has not come',
      event('created', { planned: ['upper-case'], held: ['upper-case'] }),
      'ignore',
    ],
    [
      'that says so of another',
      event('created', { planned: ['upper-case', 'other'], held: ['other'] }),
      'run',
    ],
    [
      'of its own pending blob',
      event('retried', { schema_id: 'x', owner: 'upper-case', ...run('upper-case') }),
      'run',
    ],
    [
      'of a run that this version does not make',
      event('retried', { schema_id: 'x', ...run('upper-case') }),
      'elsewhere',
    ],
    [
      'that another version takes',
      event('created', { schema_id: 'x', planned: ['upper-case'] }),
      'elsewhere',
    ],
    ['of another processor’s run', event('retried', run('text-expansion')), 'ignore'],
    ['of no run', event('retried'), 'ignore'],
  ] as const)('%s: %#', (_, given, expected) => {
    expect(askedBy(given, processor)).toBe(expected);
  });
});

it.each([
  ['planned', { planned: ['upper-case'] }, 'run'],
  ['planned of another', { planned: ['other'] }, 'ignore'],
  ['planned of nobody', {}, 'ignore'],
  ['still pending', { planned: ['upper-case'], pending: true }, 'elsewhere'],
] as [string, Partial<BlobEventBody>, string][])(
  'of a schema that is taken only where it was asked for, an event is heeded where a run is %s',
  (_, body, expected) => {
    const waiting = { ...processor, optIn: ['note-v1'] };
    expect(askedBy(event('indexed', { schema_id: 'note-v1', ...body }), waiting)).toBe(expected);
    expect(askedBy(event('created'), waiting)).toBe('run');
  },
);

it.each([
  [event('created'), 1, 0, 1],
  [event('created'), 5, 0, 5],
  [event('created'), 1, 5, 6],
  [event('retried', run('upper-case', 4)), 1, 0, 4],
  [event('retried', run('upper-case', 4)), 3, 0, 6],
  [event('retried', run('upper-case', 4)), 2, 3, 8],
])('attempts are counted on over deliveries, replays and retries: %#', (given, attempt, earlier, counted) => {
  expect(attemptOf(given, { attempt, earlierAttempts: earlier })).toBe(counted);
});

describe('what an error of a run means', () => {
  const failure = (code: ErrorCode) => failureOf(new BlobgraphError(code, 'So it is.'));

  it.each<ErrorCode>([
    'SERVICE_UNAVAILABLE',
    'SUBGRAPH_UNAVAILABLE',
    'MODEL_UNAVAILABLE',
    'INTERNAL',
    'PROCESSOR_UNKNOWN',
    'UNAUTHENTICATED',
    'CONTENT_MISSING',
    'FORBIDDEN',
  ])('%s may pass', (code) => {
    expect(failure(code)).toEqual({ code, message: 'So it is.', retryable: true });
    expect(refusedForGood(new BlobgraphError(code, ''))).toBe(false);
  });

  it.each<ErrorCode>(['SCHEMA_VIOLATION', 'DERIVED_CONFLICT', 'DERIVED_ID_MISMATCH', 'SOURCE_UNKNOWN'])(
    '%s does not, nor will the index think otherwise',
    (code) => {
      expect(failure(code)).toEqual({ code, message: 'So it is.', retryable: false });
      expect(refusedForGood(new BlobgraphError(code, ''))).toBe(true);
    },
  );

  it.each<ErrorCode>(['MODEL_FAILED', 'PROCESSING_TIMEOUT'])(
    '%s does not, and is no answer of the index',
    (code) => {
      expect(failure(code).retryable).toBe(false);
      expect(refusedForGood(new BlobgraphError(code, ''))).toBe(false);
    },
  );

  it('an input that cannot be is told with all its mistakes, and does not pass', () => {
    const mistake = (message: string) => ({ field: 'bookId', code: 'CHAPTER_MISSING' as const, message });
    expect(failureOf(new InputErrors([mistake('Chapter 1 is missing.'), mistake('So is 2.')]))).toEqual({
      code: 'CHAPTER_MISSING',
      message: 'Chapter 1 is missing.\nSo is 2.',
      retryable: false,
    });
  });

  it.each([new Error('sekret'), new TypeError('sekret'), 'sekret', undefined])(
    'a fault of ours may pass, and its inside is not told: %#',
    (error) => {
      expect(failureOf(error)).toEqual({
        code: 'PROCESSING_FAILED',
        message: 'The run failed on our side.',
        retryable: true,
      });
      expect(refusedForGood(error)).toBe(false);
    },
  );
});
