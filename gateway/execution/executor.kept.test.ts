import { parse } from 'graphql';
import { beforeEach, expect, it } from 'vitest';
import { graph, makers, product } from './executor.fixture.ts';
import type { EntityCache } from './steps/kept-entities.ts';

/** Answers that are kept whole: asked of one subgraph again, made of kept entities. */

const QUERY = 'query ($id: ID!) { product(id: $id) { title maker { name } } }';

const entities = new Map<string, Record<string, unknown>>();
const answers = new Map<string, { told: string; json: string }>();
const cache: EntityCache<string> = {
  mayKeep: () => true,
  open: (caller) => ({
    get: (...key) => entities.get([caller, ...key].join()),
    put: (selection, representation, entity) =>
      void entities.set([caller, selection, representation].join(), entity),
    answer(question, told) {
      const known = answers.get(`${caller} ${question}`);
      return known?.told === told ? known.json : undefined;
    },
    putAnswer: (question, told, json) => void answers.set(`${caller} ${question}`, { told, json }),
  }),
};

let title: string;
let errors: object[] | undefined;
let name: string | null;
beforeEach(() => {
  entities.clear();
  answers.clear();
  [title, errors, name] = ['Lamp', undefined, 'Mo'];
});

function setUp() {
  const { asked, executor } = graph(
    ({ subgraph, query }) => {
      if (subgraph === 'people') return { data: { _entities: [{ name }] } };
      const key = /(product__\d):/.exec(query)?.[1] ?? 'product';
      return { data: { [key]: product('1', { title, maker: makers('m')[0] }) }, ...(errors && { errors }) };
    },
    { entities: cache },
  );
  const prepared = executor.prepare(parse(QUERY));
  const request = { variables: { id: '1' }, context: 'alice' };
  return {
    asked,
    executor,
    answer: (over: object = {}) => executor.answer(prepared, { ...request, ...over }),
    prepare: (query: string) => executor.prepare(parse(query)),
  };
}

const LAMP = '{"data":{"product":{"title":"Lamp","maker":{"name":"Mo"}}}}';

it('the same answer is given while the subgraph says the same and the entities are kept', async () => {
  const { answer, asked } = setUp();
  expect(await answer()).toEqual({ data: (JSON.parse(LAMP) as { data: object }).data });
  expect(answers.size).toBe(0);
  expect([await answer(), await answer()]).toEqual([{ json: LAMP }, { json: LAMP }]);
  expect(answers.size).toBe(1);
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['shop', 'people', 'shop', 'shop']);
});

it('what the subgraph says anew is told', async () => {
  const { answer } = setUp();
  for (let times = 0; times < 3; times += 1) await answer();
  title = 'Lantern';
  const told = { json: LAMP.replace('Lamp', 'Lantern') };
  expect([await answer(), await answer()]).toEqual([told, told]);
});

it('no other caller, variables or operation get it', async () => {
  const { answer, asked, executor, prepare } = setUp();
  for (let times = 0; times < 3; times += 1) await answer();
  asked.length = 0;
  await answer({ context: 'bob' });
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['shop', 'people']);
  await answer({ variables: { id: '2' } });
  const other = prepare(QUERY.replace('title maker', 'label: title maker'));
  const answered = await executor.answer(other, { variables: { id: '1' }, context: 'alice' });
  expect(answered).toEqual({ json: LAMP.replace('title', 'label') });
});

it('an answer with errors is not kept, nor one that a subgraph left out', async () => {
  const { answer } = setUp();
  for (let times = 0; times < 2; times += 1) await answer();
  answers.clear();
  errors = [{ message: 'Half of it is away.' }];
  const [first, second] = [await answer(), await answer()];
  for (const each of [first, second])
    expect(each).toMatchObject({ errors: [{ message: 'Half of it is away.' }] });
  expect(answers.size).toBe(0);
});

it('an explanation is made anew', async () => {
  const { answer } = setUp();
  for (let times = 0; times < 3; times += 1) await answer();
  expect(await answer({ explain: true })).toMatchObject({
    extensions: { requests: [{ subgraph: 'shop' }], kept: [{ subgraph: 'people', entities: 1 }] },
  });
});

it('a subgraph that does not answer is an error of its fields, and asked once', async () => {
  const { answer, asked } = setUp();
  for (let times = 0; times < 3; times += 1) await answer();
  asked.length = 0;
  title = undefined as unknown as string;
  expect(await answer()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_INVALID' } }] });
  expect(asked).toHaveLength(1);
});

it('operations whose entities may not all be kept, and mutations, are run as ever', async () => {
  const { executor, prepare } = setUp();
  const run = (query: string) =>
    executor.answer(prepare(query), { variables: {}, context: 'alice' }).then((told) => 'json' in told);
  const without = graph(() => ({ data: { product: product('1') } }), {
    entities: { ...cache, mayKeep: () => false },
  });
  for (let times = 0; times < 2; times += 1) {
    expect(await run('{ product(id: "1") { title } }')).toBe(false);
    const other = without.prepare('{ product(id: "1") { title } }');
    expect('json' in (await without.executor.answer(other, { variables: {}, context: 'a' }))).toBe(false);
  }
});
