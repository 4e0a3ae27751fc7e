import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewer } from '../../platform/testing/service.ts';
import { type Compiled, type Compiler, startCompiler, twoChapters } from './compile.fixture.ts';

let compiler: Compiler;

beforeAll(async () => {
  compiler = await startCompiler();
});
afterAll(() => compiler?.stop());

describe('compareVersions', () => {
  const COMPARE = `query ($a: ID!, $b: ID!) { compareVersions(a: $a, b: $b) {
    versionA versionB unchanged wordsAdded wordsRemoved
    chapters { chapterNum changes titleBefore hunks { removed added } complete }
  } }`;
  const compare = (a: string, b: string, userId = 'alice') =>
    compiler.service.graphql<{ compareVersions: object }>(COMPARE, { a, b }, { viewer: viewer(userId) });

  it('compares two versions, in GraphQL and REST', async () => {
    compiler.neighbours.putBook('alice', 'compared', 'Compared', twoChapters);
    const { id: a } = await compiler.compiled({ bookId: 'compared' });
    compiler.neighbours.putBook('alice', 'compared', 'Compared', [
      { title: 'The Owl', draft: 'It was pitch dark.' },
      { title: 'Dawn', draft: 'It was light.', expanded: 'It was very light indeed 🦉.' },
    ]);
    const { id: b } = await compiler.compiled({ bookId: 'compared' });
    const { data } = await compare(a, b);
    expect(data?.compareVersions).toMatchObject({
      versionA: 1,
      versionB: 2,
      unchanged: 1,
      wordsAdded: 1,
      wordsRemoved: 0,
      chapters: [{ chapterNum: 1, changes: ['CHANGED'], titleBefore: 'The Owl', complete: true }],
    });
    const { body } = await compiler.service.rest<{ comparison: object }>(
      'GET',
      `/books/${b}/comparison?with=${a}`,
      {
        caller: { viewer: viewer('alice') },
      },
    );
    expect(body.comparison).toMatchObject({ a: b, b: a, words_added: 0, words_removed: 1, unchanged: 1 });
  });

  it('refuses unknown versions, another user’s, and another book’s, naming the argument', async () => {
    compiler.neighbours.putBook('alice', 'one-book', 'One', twoChapters);
    compiler.neighbours.putBook('alice', 'other-book', 'Other', twoChapters);
    compiler.neighbours.putBook('bob', 'one-book', 'His', twoChapters);
    const [one, other, his] = [
      await compiler.compiled({ bookId: 'one-book' }),
      await compiler.compiled({ bookId: 'other-book' }),
      await compiler.compiled({ bookId: 'one-book' }, 'bob'),
    ];
    for (const [a, b, code, field] of [
      ['none', one.id, 'BLOB_NOT_FOUND', 'a'],
      [one.id, his.id, 'BLOB_NOT_FOUND', 'b'],
      [one.id, other.id, 'VALIDATION_FAILED', 'b'],
    ] as const) {
      const { errors } = await compare(a, b);
      expect(errors).toMatchObject([{ extensions: { code, field } }]);
    }
  });
});

describe('outdated', () => {
  it('is true once a chapter has a newer draft or expansion, or was added', async () => {
    const draft = [{ title: 'One', draft: 'x', expanded: 'xx' }];
    const first = compiler.neighbours.putBook('alice', 'grows', 'Grows', draft);
    const versions: Compiled[] = [];
    const outdated = async () => {
      versions.push(await compiler.compiled({ bookId: 'grows' }));
      const query = `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on CompiledBook { outdated } }
      }`;
      const representations = versions.map(({ id }) => ({ __typename: 'CompiledBook', id }));
      const before = compiler.neighbours.calls.length;
      const answer = await compiler.service.graphql<{ _entities: { outdated: boolean }[] }>(
        query,
        { representations },
        { viewer: viewer('alice') },
      );
      expect(compiler.callsSince(before)).toHaveLength(1);
      return answer.data?._entities.map((each) => each.outdated);
    };
    expect(await outdated()).toEqual([false]);
    compiler.neighbours.putBook('alice', 'grows', 'Grows', draft);
    expect(await outdated()).toEqual([true, false]);
    const [chapter] = first.chapters;
    compiler.neighbours.putBook('alice', 'grows', 'Grows', [...draft, { title: 'Two', draft: 'y' }]);
    expect(chapter).toBeDefined();
    expect(await outdated()).toEqual([true, true, false]);
  });
});
