import { expect, it } from 'vitest';
import { InputErrors } from '../../../platform/errors/errors.ts';
import { parseReport } from './report.ts';

const NOW = new Date('2026-03-01T00:00:00.000Z');
const use = (more: object = {}) => ({
  ...{ hash: 'h', name: 'Reads', kind: 'query', coordinates: ['Query.blob', 'Query.blob(id:)', 'BlobSort'] },
  ...{ count: 2, last_seen_at: '2026-02-28T23:00:00.000Z', ...more },
});
const parse = (...operations: unknown[]) => parseReport({ operations }, NOW);

it('takes shapes of operations, those of one hash as one', () => {
  expect(
    parse(
      use(),
      use({ hash: 'g', name: null }),
      use({ count: 40, last_seen_at: '2026-02-28T23:30:00+00:00' }),
    ),
  ).toEqual([use({ count: 42, last_seen_at: '2026-02-28T23:30:00.000Z' }), use({ hash: 'g', name: null })]);
  expect(parse()).toEqual([]);
});

it('does not believe a clock that is far ahead: it would be kept for ever', () => {
  expect(parse(use({ last_seen_at: '2999-01-01T00:00:00Z' }))[0]?.last_seen_at).toBe(
    '2026-03-01T00:05:00.000Z',
  );
});

it.each([
  ['operations', { operations: 'x' }],
  ['operations', { operations: Array.from({ length: 501 }, () => use()) }],
  ['operations.0.hash', { operations: [use({ hash: '' })] }],
  ['operations.0.hash', { operations: [use({ hash: 'x'.repeat(129) })] }],
  ['operations.0.name', { operations: [use({ name: 'x'.repeat(201) })] }],
  ['operations.0.kind', { operations: [use({ kind: 'fragment' })] }],
  [
    'operations.0.coordinates',
    { operations: [use({ coordinates: Array.from({ length: 2_001 }, () => 'Query.a') })] },
  ],
  // There is no room for content, literals or variables.
  ['operations.0.coordinates.0', { operations: [use({ coordinates: ['Query.blob(id: "secret")'] })] }],
  ['operations.0.coordinates.0', { operations: [use({ coordinates: ['{ me }'] })] }],
  ['operations.0', { operations: [use({ variables: { text: 'secret' } })] }],
  ['operations.0.count', { operations: [use({ count: 0 })] }],
  ['operations.0.count', { operations: [use({ count: 1.5 })] }],
  ['operations.0.last_seen_at', { operations: [use({ last_seen_at: 'yesterday' })] }],
])('refuses what is no shape of an operation, by its field: %s', (field, body) => {
  try {
    parseReport(body, NOW);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(InputErrors);
    expect((error as InputErrors).errors.map((each) => each.field)).toContain(field);
  }
});
