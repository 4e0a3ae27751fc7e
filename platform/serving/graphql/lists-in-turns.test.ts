import { buildSchema, type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import { describe, expect, it } from 'vitest';
import { resolveListsInTurns, Turns } from './lists-in-turns.ts';

const sdl =
  'type Query { things: [Thing!]! ids: [ID!] } type Thing { id: ID!  name: String  parts: [Thing!]! }';

/** Counts the fields that were resolved in each turn of the event loop. */
function noting(schema: GraphQLSchema) {
  const turns: number[] = [0];
  let isOpen = true;
  const next = () => {
    turns.push(0);
    if (isOpen) setImmediate(next);
  };
  setImmediate(next);
  const name = schema.getType('Thing');
  if (name && 'getFields' in name) {
    const field = name.getFields()['name'];
    if (field && 'resolve' in field)
      field.resolve = () => {
        turns[turns.length - 1] = (turns.at(-1) ?? 0) + 1;
        return 'x';
      };
  }
  return {
    turns,
    close: () => {
      isOpen = false;
    },
  };
}

const things = (count: number, parts = 0): object[] =>
  Array.from({ length: count }, (_, id) => ({ id, parts: things(parts) }));

async function ask(query: string, root: object, options: { each?: number; most?: number }) {
  const schema = buildSchema(sdl);
  resolveListsInTurns(schema, options);
  const noted = noting(schema);
  const answer: ExecutionResult = await graphql({ schema, source: query, rootValue: root, contextValue: {} });
  noted.close();
  return { ...answer, most: Math.max(...noted.turns) };
}

describe('lists', () => {
  it('are resolved so many fields a turn, in their order', async () => {
    const { data, errors, most } = await ask(
      '{ things { id name } }',
      { things: things(1_000) },
      { each: 300 },
    );
    expect(errors).toBeUndefined();
    const found = data?.['things'] as { id: string }[] | undefined;
    expect(found?.map(({ id }) => Number(id))).toEqual(Array.from({ length: 1_000 }, (_, id) => id));
    // Two fields and the entry itself: a hundred entries a turn.
    expect(most).toBeLessThanOrEqual(100);
  });

  it('are, also where each is short and there are many', async () => {
    const root = { things: things(100, 30) };
    const { data, most } = await ask('{ things { parts { id name } } }', root, { each: 300 });
    const found = data?.['things'] as { parts: object[] }[] | undefined;
    expect(found?.every(({ parts }) => parts.length === 30)).toBe(true);
    // A list is not split that fits into a turn by itself.
    expect(most).toBeLessThanOrEqual(100 + 30);
  });

  it('that are promised, null or of scalars, are as they were', async () => {
    const root = { things: async () => things(2), ids: () => null };
    const { data } = await ask('{ things { id parts { id } } ids }', root, { each: 1 });
    expect(data).toEqual({
      things: [
        { id: '0', parts: [] },
        { id: '1', parts: [] },
      ],
      ids: null,
    });
    expect((await ask('{ ids }', { ids: ['a', 'b'] }, { each: 1 })).data).toEqual({ ids: ['a', 'b'] });
  });

  it('with more fields than an operation may have end it, whatever fragments and aliases they come by', async () => {
    const query =
      '{ a: things { ...F } b: things { ...F } } fragment F on Thing { parts { x: name y: name } }';
    const root = { things: things(100, 10) };
    expect((await ask(query, root, { most: 10_000 })).errors).toBeUndefined();
    const { errors } = await ask(query, root, { most: 5_000 });
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
  });
});

it('work that waits is done in its order, and none of it is lost', async () => {
  const turns = new Turns(2);
  const done: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      await turns.take(1);
      done.push(index);
    }),
  );
  expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
