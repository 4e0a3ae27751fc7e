import { describe, expect, it } from 'vitest';
import { assertFits, type ChainLink, endlessChain } from './chains.ts';

const link = (id: string, takes: Record<string, string[]>): ChainLink => ({
  id,
  takes,
  output_schema_id: `${id}-v1`,
});
const indexed = (...schemas: string[]) => ({ 'blob.indexed': schemas });

describe('a chain without end', () => {
  it.each<[string, ChainLink, ChainLink[], string | undefined]>([
    [
      'of one',
      link('summary', indexed('summary-v1')),
      [],
      '`summary` would take `summary-v1`, which it makes itself',
    ],
    [
      'of two',
      link('b', indexed('a-v1')),
      [link('a', indexed('b-v1'))],
      '`b` makes `b-v1` of `a-v1`, which `a` makes of `b-v1`: a chain without end',
    ],
    [
      'of three, beside a way that leads nowhere, and by any event of derived blobs',
      link('c', { 'blob.completed': ['x-v1', 'b-v1'] }),
      [link('dead-end', indexed('c-v1')), link('a', indexed('c-v1')), link('b', indexed('a-v1'))],
      '`c` makes `c-v1` of `b-v1`, which `b` makes of `a-v1`, which `a` makes of `c-v1`: a chain without end',
    ],
    ['not where users make the source', link('a', { 'blob.created': ['a-v1'] }), [], undefined],
    [
      'not over one that takes what users make',
      link('b', indexed('a-v1')),
      [link('a', { 'blob.created': ['b-v1'] })],
      undefined,
    ],
    [
      'not of a diamond',
      link('d', indexed('b-v1', 'c-v1')),
      [link('a', { 'blob.created': ['text-v1'] }), link('b', indexed('a-v1')), link('c', indexed('a-v1'))],
      undefined,
    ],
    [
      'not of a circle that the others are in already',
      link('c', indexed('a-v1')),
      [link('a', indexed('b-v1')), link('b', indexed('a-v1'))],
      undefined,
    ],
  ])('%s', (_, candidate, others, expected) => {
    expect(endlessChain(candidate, others)).toBe(expected);
  });

  it('is found among many', () => {
    // Each takes what the one before makes; the last one closes the circle.
    const chain = Array.from({ length: 200 }, (_, at) => link(`p${at}`, indexed(`p${at - 1}-v1`)));
    expect(endlessChain(link('p-1', indexed('p199-v1')), chain)).toMatch(
      /^`p-1` makes .* of `p-1-v1`: a chain/,
    );
    expect(endlessChain(link('other', indexed('p199-v1')), chain)).toBeUndefined();
  });
});

describe('a declaration that fits', () => {
  const typed = (id: string, graphqlType: string) => ({ ...link(id, {}), graphql_type: graphqlType });

  it('has a GraphQL type of its own', () => {
    expect(() => assertFits(typed('b', 'Text'), [typed('a', 'Text')])).toThrow(
      expect.objectContaining({
        code: 'PROCESSOR_INVALID',
        field: 'graphql_type',
        message: expect.stringContaining('`a`'),
      }),
    );
    expect(() => assertFits(typed('b', 'Text'), [typed('a', 'Texts')])).not.toThrow();
  });

  it('makes no endless chain', () => {
    const circle = { ...link('a', indexed('a-v1')), graphql_type: 'A' };
    expect(() => assertFits(circle, [])).toThrow(
      expect.objectContaining({ code: 'PROCESSOR_INVALID', field: 'takes' }),
    );
  });
});
