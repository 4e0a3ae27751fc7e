import { expect, test } from 'vitest';
import { BlobgraphError, type ErrorCode } from '../../../platform/errors/errors.ts';
import { ServiceStops } from '../../../platform/serving/event-stream/pour.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { endOf } from './following.ts';
import { closeCodeOf } from './socket.ts';

const codeFor = (reason: unknown) =>
  closeCodeOf(reason, endOf(reason, { path: '/api/v1/ws', after: null, logger: createLogger('silent') }));

test.each<[ErrorCode, number]>([
  ['BAD_REQUEST', 4400],
  ['CURSOR_INVALID', 4400],
  ['CURSOR_EXPIRED', 4410],
  ['SLOW_CONSUMER', 1013],
  ['OVERLOADED', 1013],
  ['SERVICE_UNAVAILABLE', 1013],
  ['DEADLINE_EXCEEDED', 1013],
  ['INTERNAL', 1011],
])('a connection that ends with %s is closed with %i', (code, expected) => {
  expect(codeFor(new BlobgraphError(code, 'It ends.'))).toBe(expected);
});

test('one that ends with its service is closed with 1012', () => {
  expect(codeFor(new ServiceStops())).toBe(1012);
});
