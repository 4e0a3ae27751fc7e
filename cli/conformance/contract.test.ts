import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { routeOf } from '../../platform/identity/service/service-tokens.ts';
import { derivedBlobId } from '../../platform/ids/ids.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { accessTo, tabledRoutes } from '../../platform/serving/access/table.ts';
import { finishBody } from '../../subgraphs/state/rest/processor-routes.ts';
import { CONTRACT, readContract, sentencesOf } from './contract.ts';
import { checks, watched } from './run.ts';
import { registered } from './stand-ins/registry.ts';

/** The contract says what is so. */

const markdown = readFileSync(projectFile(CONTRACT), 'utf8');
const sentences = [...readContract().values()];

it('every sentence has a number of its own, in its anchor too, and says what must or should be', () => {
  const listed = markdown.split('\n').filter((line) => line.startsWith('- <a id='));
  expect(sentences).toHaveLength(listed.length);
  for (const line of listed) {
    const [, anchor, id] = /^- <a id="(\w+)"><\/a>\*\*(\w+)\*\* /.exec(line) ?? [];
    expect(anchor, line).toBe(id?.toLowerCase());
  }
  for (const { text } of sentences) expect(text).toMatch(/MUST|SHOULD/);
});

it('every sentence that can be seen from outside is looked at, and no other', () => {
  const looked = [...checks.map(({ id }) => id), ...watched];
  expect(new Set(looked).size).toBe(looked.length);
  expect(looked.toSorted()).toEqual(sentences.flatMap(({ id, isSeen }) => (isSeen ? [id] : [])).toSorted());
});

it('a sentence that is agreed on is told by its end', () => {
  const [seen, agreed] = sentencesOf(
    '- <a id="x1"></a>**X1** It MUST.\n- <a id="x2"></a>**X2** It SHOULD *(agreed)*.\n',
  ).values();
  expect(seen).toEqual({ id: 'X1', text: 'It MUST.', level: 'MUST', isSeen: true });
  expect(agreed).toEqual({ id: 'X2', text: 'It SHOULD.', level: 'SHOULD', isSeen: false });
});

const rowsOf = (first: string): string[][] => {
  const [, table = ''] = markdown.split(`| ${first} `);
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};
const bare = (cell = ''): string => cell.replaceAll('`', '');

it('its ids are the ones that state computes', () => {
  const rows = rowsOf('source');
  expect(rows).toHaveLength(4);
  for (const [source, processor, version, generation, id] of rows)
    expect(derivedBlobId(bare(source), bare(processor), bare(version), Number(generation))).toBe(bare(id));
});

it('its table of access is the one that services are held to', () => {
  const told = new Map(
    rowsOf('route').flatMap(([routes = '', user, itself]) => {
      const [, method = ''] = /`(\w+) /.exec(routes) ?? [];
      const paths = [...routes.matchAll(/\/[a-z/:]+/g)].map(([path]) => path);
      return paths.map((path) => [`${method} ${path}`, { user: bare(user), itself: bare(itself) }] as const);
    }),
  );
  // Left to the kit: what is asked for by a GET, and files made of a blob.
  const own = ['GET /graphql', 'GET /blobs/:/artifacts/:'];
  const routes = tabledRoutes('word-count').filter(
    (route) => !own.includes(route) && !route.includes(' /files/'),
  );
  expect(
    [...told.keys()].map((route) => routeOf(...(route.split(' ') as [string, string]))).toSorted(),
  ).toEqual(routes.toSorted());
  for (const [route, { user, itself }] of told) {
    const { forUser, forItself } = accessTo('word-count', route);
    const kinds = (cell: string) =>
      [...cell.matchAll(/\b(gateway|processors that|processors|state)\b/g)].map(([kind]) =>
        kind === 'processors that' ? 'processor' : kind,
      );
    expect(kinds(user), route).toEqual(forUser.filter((kind) => kind !== 'router'));
    expect(kinds(itself), route).toEqual(forItself);
  }
});

it('its examples are what the services take', () => {
  const [told, declaration] = [...markdown.matchAll(/```json\n([\s\S]+?)```/g)].map(
    ([, text = '']) => JSON.parse(text) as Record<string, unknown>,
  );
  const hash = 'a'.repeat(64);
  const finished = {
    ...told,
    remote_blob_id: 'x',
    parent_id: 'y',
    source_ids: ['y'],
    content_hash: hash,
    run: { blob_id: 'y', attempt: 1 },
  };
  expect(finishBody.safeParse(finished).error).toBeUndefined();
  expect(registered(declaration)).toMatchObject({ id: 'word-count', version: '1' });
});

it('the processor in Python is registered as the contract has it', () => {
  const file = projectFile('e2e', 'python-processor', 'registration.json');
  expect(registered(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({
    id: 'word-count',
    graphql_type: 'WordCount',
  });
});
