import { answeredWith, codeOf, routed } from '../lab/calls.ts';
import { expect, shown, Unchecked } from '../lab/findings.ts';
import { ALICE, BOB, type Lab, READER, ROGUE, type Shown } from '../lab/lab.ts';
import { check } from './check.ts';

const UNKNOWN = '018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3d';
const MEMBERS = ['id', 'user_id', 'schema_id', 'schema_version', 'created_at', 'data'] as const;

const blobsIn = (body: unknown): Shown[] => {
  const { blobs } = (body ?? {}) as { blobs?: unknown };
  if (!Array.isArray(blobs)) throw new Unchecked(`\`blobs\` is ${shown(blobs)}.`);
  return blobs as Shown[];
};

const batch = (lab: Lab, user: string, ids: readonly string[]) =>
  lab.ask('POST', '/blobs/batch', user, { ids });

const idsOf = (blobs: readonly Shown[]): string[] => blobs.map(({ id }) => String(id));

/** Three finished blobs of Alice. @throws Unchecked */
export async function several(lab: Lab) {
  const made = [];
  for (const name of ['one', 'two', 'three']) made.push(await lab.made(ALICE, name));
  return made;
}

/** All pages of a user's list. @throws Unchecked */
async function pages(lab: Lab, user: string, query = ''): Promise<Shown[][]> {
  const found: Shown[][] = [];
  let after = '';
  do {
    const path = routed`/users/${user}/blobs`;
    const question = `?limit=2${query}${after && `&after=${encodeURIComponent(after)}`}`;
    const page = await lab.need({ as: 'gateway', user }, 'GET', {
      path: path.path + question,
      template: path.template,
    });
    found.push(blobsIn(page));
    after = typeof page['next'] === 'string' ? page['next'] : '';
  } while (after !== '' && found.length < 1_000);
  return found;
}

async function expectShown(lab: Lab): Promise<void> {
  const { id, told } = await lab.made(ALICE, 'one');
  const blob = await lab.read(ALICE, id);
  if (!blob) throw new Unchecked('The blob cannot be read.');
  const lacking = MEMBERS.filter((name) => blob[name] === undefined);
  expect(lacking.length === 0, () => `GET /blobs/${id} lacks ${lacking.join(', ')}: ${shown(blob)}`);
  expect(
    blob['id'] === id && blob['user_id'] === ALICE,
    () => `GET /blobs/${id} has the id ${shown(blob['id'])}, of ${shown(blob['user_id'])}.`,
  );
  expect(
    blob['schema_id'] === told.schema_id,
    () => `\`schema_id\` is ${shown(blob['schema_id'])}; it reported ${shown(told.schema_id)} to state.`,
  );
  expect(
    !Number.isNaN(Date.parse(String(blob['created_at']))),
    () => `\`created_at\` is ${shown(blob['created_at'])}.`,
  );
  const [one] = blobsIn((await batch(lab, ALICE, [id])).body);
  const differs = MEMBERS.find((name) => JSON.stringify(one?.[name]) !== JSON.stringify(blob[name]));
  expect(
    one === undefined || differs === undefined,
    () =>
      `\`${differs}\` of a batch is ${shown(one?.[differs ?? ''])}, and ${shown(blob[differs ?? ''])} at GET /blobs/${id}.`,
  );
}

async function expectMissing(lab: Lab): Promise<void> {
  const { id } = await lab.made(BOB, 'one');
  const unknown = await lab.ask('GET', routed`/blobs/${UNKNOWN}`, ALICE);
  const ids = [UNKNOWN, id, 'no-uuid', 'x'.repeat(300), '..', 'a b', '☃', "' OR 1=1 --"];
  for (const each of ids) {
    const answer = await lab.ask('GET', routed`/blobs/${each}`, ALICE);
    const what = each === id ? 'another user’s blob' : `the id ${shown(each, 40)}`;
    expect(
      answer.status === 404 && codeOf(answer) === 'BLOB_NOT_FOUND',
      () => `GET /blobs/:id of ${what} was answered ${answeredWith(answer)}.`,
    );
    const words = (text: string) =>
      text
        .replace(/"request_id":\s*"[^"]*"/, '')
        .replaceAll(each, '')
        .replaceAll(UNKNOWN, '');
    expect(
      words(answer.text) === words(unknown.text),
      () => `${what} is distinguishable from a missing one: ${shown(answer.text)}`,
    );
  }
}

async function expectBatch(lab: Lab): Promise<void> {
  const [{ id }, others] = [await lab.made(ALICE, 'one'), await lab.made(BOB, 'one')];
  const answer = await batch(lab, ALICE, [id, id, others.id, UNKNOWN, 'no-uuid', '']);
  expect(
    answer.status === 200,
    () => `A batch of own, foreign and unknown ids was answered ${answeredWith(answer)}.`,
  );
  const found = idsOf(blobsIn(answer.body));
  expect(!found.includes(others.id), () => `A batch of ${ALICE} has the blob ${others.id} of ${BOB}.`);
  expect(
    found.length === 1 && found[0] === id,
    () => `A batch with one own blob among others answered ${shown(found)}.`,
  );
  const most = await batch(lab, ALICE, [
    id,
    ...Array.from({ length: 999 }, (_, index) => UNKNOWN.slice(0, -3) + String(index).padStart(3, '0')),
  ]);
  expect(most.status === 200, () => `A batch of 1,000 ids was answered ${answeredWith(most)}.`);
  expect(idsOf(blobsIn(most.body)).includes(id), () => 'A batch of 1,000 ids lacks the one that exists.');
}

async function expectReaders(lab: Lab): Promise<void> {
  const { id } = await lab.made(ALICE, 'one');
  const body = { ids: [id] };
  const reader = await lab.askKnown({ as: READER, user: ALICE }, 'POST', '/blobs/batch', body);
  expect(
    reader.status === 200 && idsOf(blobsIn(reader.body)).includes(id),
    () => `A processor that reads the schema was answered ${answeredWith(reader)}.`,
  );
  const rogue = await lab.askKnown({ as: ROGUE, user: ALICE }, 'POST', '/blobs/batch', body);
  expect(
    rogue.status === 403,
    () => `A processor that is not registered to read the schema was answered ${answeredWith(rogue)}.`,
  );
}

async function expectList(lab: Lab): Promise<void> {
  const made = await several(lab);
  const found = (await pages(lab, ALICE)).map((page) => page);
  expect(
    found.every((page) => page.length <= 2),
    () => `A list with \`limit=2\` has ${Math.max(...found.map(({ length }) => length))} blobs.`,
  );
  const all = found.flat();
  const foreign = all.find(({ user_id }) => user_id !== ALICE);
  expect(
    foreign === undefined,
    () => `The list of ${ALICE} has the blob ${shown(foreign?.['id'])} of ${shown(foreign?.['user_id'])}.`,
  );
  const ids = idsOf(all);
  expect(new Set(ids).size === ids.length, () => 'Over its pages, the list has a blob twice.');
  const missing = made.find(({ id }) => !ids.includes(id));
  expect(missing === undefined, () => `Over its pages, the list lacks ${missing?.id}.`);
  const times = all.map(({ created_at }) => Date.parse(String(created_at)));
  expect(
    times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)),
    () => 'The list is not in the order of `created_at`, oldest first.',
  );
}

async function expectSince(lab: Lab): Promise<void> {
  const [, second] = await several(lab);
  const all = (await pages(lab, ALICE)).flat();
  const from = all.find(({ id }) => id === second?.id) ?? all.at(-1);
  if (!from) throw new Unchecked('The list is empty.');
  const since = String(from['created_at']);
  const timeOf = ({ created_at }: Shown) => Date.parse(String(created_at));
  const right = idsOf(all.filter((blob) => timeOf(blob) >= Date.parse(since)));
  const query = (time: string) => `&since=${encodeURIComponent(time)}`;
  const found = idsOf((await pages(lab, ALICE, query(since))).flat());
  const lacking = right.find((id) => !found.includes(id));
  const extra = found.find((id) => !right.includes(id));
  expect(
    lacking === undefined,
    () => `\`since=${since}\` leaves out ${lacking}, which was made then or later.`,
  );
  expect(extra === undefined, () => `\`since=${since}\` has ${extra}, which was made before.`);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const none = (await pages(lab, ALICE, query(later))).flat();
  expect(none.length === 0, () => `\`since\` of an hour from now has ${none.length} blobs.`);
}

async function expectOthersList(lab: Lab): Promise<void> {
  const answer = await lab.ask('GET', routed`/users/${BOB}/blobs`, ALICE);
  expect(
    answer.status === 404 && codeOf(answer) === 'NOT_FOUND',
    () => `Another user’s list was answered ${answeredWith(answer)}.`,
  );
}

/** Checks that the number of store queries does not grow with the number of ids. */
export async function expectFlat(
  lab: Lab,
  what: string,
  ask: (count: number) => Promise<unknown>,
): Promise<void> {
  const { storeQuestions } = lab.deps;
  if (!storeQuestions) throw new Unchecked('Its store is not watched: start it here, with --store VARIABLE.');
  const cost = async (count: number) => {
    const before = storeQuestions();
    await ask(count);
    return storeQuestions() - before;
  };
  await cost(1);
  const [one, many] = [await cost(1), await cost(MANY)];
  expect(
    many < one + MANY / 2,
    () => `${what} of ${MANY} asked its store ${many} times, of one ${one} times.`,
  );
}

const MANY = 60;

/** Ids of blobs, of which only the first exists. */
export const idsWith = (first: string, count: number): string[] => [
  first,
  ...Array.from({ length: count - 1 }, (_, index) => UNKNOWN.slice(0, -3) + String(index).padStart(3, '0')),
];

/** Reads of blobs over REST. */
export const readChecks = [
  check('B1', expectShown),
  check('B2', expectMissing),
  check('B3', expectBatch),
  check('B4', expectReaders),
  check('B5', expectList),
  check('B6', expectSince),
  check('B7', expectOthersList),
  check('B8', async (lab) => {
    const { id } = await lab.made(ALICE, 'one');
    await expectFlat(lab, 'A batch', (count) => batch(lab, ALICE, idsWith(id, count)));
  }),
];
