import { answeredWith, routed } from '../lab/calls.ts';
import { expect, shown, Unchecked } from '../lab/findings.ts';
import { ALICE, BOB, CAROL, type Lab, type Made, type Shown } from '../lab/lab.ts';
import { gate, refusal } from '../stand-ins/server.ts';
import { check } from './check.ts';
import { several } from './reads.ts';

const UNKNOWN = '018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3f';
const STATE = { as: 'state', user: null } as const;

const soon = () => new Date(Date.now() + 3_600_000).toISOString();

/** The whole inventory, read in pages of two. @throws Unchecked */
async function inventory(lab: Lab, before = soon()): Promise<Shown[]> {
  const found: Shown[] = [];
  for (;;) {
    const after = found.length === 0 ? '' : `&after=${encodeURIComponent(String(found.at(-1)?.['id']))}`;
    const page = await lab.need(
      STATE,
      'GET',
      `/inventory?before=${encodeURIComponent(before)}&limit=2${after}`,
    );
    const { blobs } = page as { blobs?: unknown };
    if (!Array.isArray(blobs)) throw new Unchecked(`\`blobs\` of the inventory is ${shown(blobs)}.`);
    expect(blobs.length <= 2, () => `A page of the inventory with \`limit=2\` has ${blobs.length} blobs.`);
    found.push(...(blobs as Shown[]));
    if (blobs.length === 0 || found.length > 10_000) return found;
  }
}

async function expectNamed(lab: Lab): Promise<void> {
  const answers = [
    ['/inventory', await lab.need(STATE, 'GET', `/inventory?before=${encodeURIComponent(soon())}&limit=1`)],
    ['/inventory/existing', await lab.need(STATE, 'POST', '/inventory/existing', { ids: [] })],
    [
      '/inventory/counts',
      await lab.need(STATE, 'POST', '/inventory/counts', { user_ids: [], before: soon() }),
    ],
    ['/inventory/reopen', await lab.need(STATE, 'POST', '/inventory/reopen', { ids: [] })],
  ] as const;
  for (const [path, body] of answers)
    expect(
      body['processor_id'] === lab.processor.id,
      () => `${path} has the \`processor_id\` ${shown(body['processor_id'])}.`,
    );
}

async function expectInventory(lab: Lab): Promise<void> {
  const made: Made[] = [...(await several(lab)), await lab.made(BOB, 'one')];
  const all = await inventory(lab);
  const ids = all.map(({ id }) => String(id));
  expect(new Set(ids).size === ids.length, () => 'Over its pages, the inventory has a blob twice.');
  for (const { id, source, told } of made) {
    const item = all.find((each) => each['id'] === id);
    expect(item !== undefined, () => `Over its pages, the inventory lacks ${id}.`);
    expect(
      item?.['user_id'] === source.user,
      () => `The inventory has ${id} of ${shown(item?.['user_id'])}.`,
    );
    const sources = item?.['source_ids'];
    const isRight = Array.isArray(sources) && sources[0] === told.parent_id;
    expect(
      isRight,
      () =>
        `The inventory has ${id} with \`source_ids\` ${shown(sources)}; its parent is ${shown(told.parent_id)}.`,
    );
  }
  const none = await inventory(lab, '2000-01-01T00:00:00.000Z');
  expect(none.length === 0, () => `The inventory of before the year 2000 has ${none.length} blobs.`);
}

async function expectRegistration(lab: Lab): Promise<void> {
  const { id } = await lab.made(ALICE, 'one');
  const stateOf = async (blob: string) =>
    (await inventory(lab)).find((each) => each['id'] === blob)?.['registration'];
  await lab.until(
    `State has taken ${id}, and its \`registration\` is not \`registered\``,
    async () => (await stateOf(id)) === 'registered',
  );
  if (lab.deps.operation) return;
  const held = gate();
  const source = lab.source(BOB, {
    finish: [() => held.opened.then(() => refusal(503, 'SERVICE_UNAVAILABLE'))],
  });
  await lab.publish(source);
  try {
    const told = await lab.settledUntil(
      'Nothing was made of an event',
      () => lab.deps.state.toldOf(source.id)[0],
    );
    const registration = await stateOf(String(told.remote_blob_id));
    expect(
      registration === 'waiting',
      () => `State has not answered to a result yet, and its \`registration\` is ${shown(registration)}.`,
    );
  } finally {
    held.open();
  }
  await lab.settledUntil('A result was not reported again', () => lab.deps.state.toldOf(source.id)[1]);
}

async function expectExisting(lab: Lab): Promise<void> {
  const [{ id }, others] = [await lab.made(ALICE, 'one'), await lab.made(BOB, 'one')];
  const { ids } = await lab.need(STATE, 'POST', '/inventory/existing', {
    ids: [id, UNKNOWN, others.id, 'no-uuid'],
  });
  const found = Array.isArray(ids) ? ids.map(String).toSorted() : ids;
  expect(
    JSON.stringify(found) === JSON.stringify([id, others.id].toSorted()),
    () => `Of ${id}, ${others.id} and two that are not there, it has ${shown(ids)}.`,
  );
}

async function countOf(
  lab: Lab,
  user: string,
  before = soon(),
): Promise<{ older: unknown; total: unknown } | undefined> {
  const { counts } = await lab.need(STATE, 'POST', '/inventory/counts', {
    user_ids: [user, 'nobody-has-this-name'],
    before,
  });
  if (!Array.isArray(counts)) throw new Unchecked(`\`counts\` is ${shown(counts)}.`);
  expect(
    counts.every((each) => each.user_id === user),
    () => `Counts of ${user} and of a user without blobs are ${shown(counts)}.`,
  );
  return counts[0];
}

async function expectCounts(lab: Lab): Promise<void> {
  await several(lab);
  const own = (await inventory(lab)).filter(({ user_id }) => user_id === ALICE).length;
  const now = await countOf(lab, ALICE);
  expect(now?.total === own && now?.older === own, () => `Of ${own} blobs, it counts ${shown(now)}.`);
  const before = await countOf(lab, ALICE, '2000-01-01T00:00:00.000Z');
  expect(
    before?.total === own && before?.older === 0,
    () => `Before the year 2000, of ${own} blobs, it counts ${shown(before)}.`,
  );
}

async function expectReopened(lab: Lab): Promise<void> {
  const { id } = await lab.made(ALICE, 'two');
  const tellings = () => lab.deps.state.told.filter(({ remote_blob_id }) => remote_blob_id === id);
  const before = tellings().length;
  await lab.need(STATE, 'POST', '/inventory/reopen', { ids: [id, UNKNOWN] });
  await lab.until(`${id} was reopened, and not reported to state again`, () => tellings().length > before);
  const hashes = new Set(tellings().map(({ content_hash }) => content_hash));
  expect(hashes.size === 1, () => `${id} was reported again with another \`content_hash\`.`);
}

const erase = (lab: Lab, user: string, ids: readonly string[]) =>
  lab.askAs({ as: 'state', user }, 'POST', '/blobs/delete', { ids });

/** The first place that still has a blob; undefined when none has. */
async function remainder(lab: Lab, user: string, id: string): Promise<string | undefined> {
  if ((await lab.read(user, id)) !== undefined) return `GET /blobs/${id}`;
  const { blobs } = await lab.need({ as: 'gateway', user }, 'POST', '/blobs/batch', { ids: [id] });
  if (JSON.stringify(blobs).includes(id)) return 'a batch';
  const list = routed`/users/${user}/blobs`;
  const page = await lab.need({ as: 'gateway', user }, 'GET', {
    path: `${list.path}?limit=100`,
    template: list.template,
  });
  if (JSON.stringify(page['blobs']).includes(id)) return 'the list';
  const { ids } = await lab.need(STATE, 'POST', '/inventory/existing', { ids: [id] });
  return JSON.stringify(ids).includes(id) ? 'the inventory' : undefined;
}

async function expectErased(lab: Lab): Promise<void> {
  const [mine, others] = [await lab.made(ALICE, 'to delete'), await lab.made(BOB, 'one')];
  const answer = await erase(lab, ALICE, [mine.id, others.id]);
  expect(answer.status === 200, () => `POST /blobs/delete was answered ${answeredWith(answer)}.`);
  const left = await remainder(lab, ALICE, mine.id);
  expect(left === undefined, () => `A blob was deleted, and ${left} still has it.`);
  const gone = (await lab.read(BOB, others.id)) === undefined;
  expect(!gone, () => `A blob of ${BOB} was deleted on behalf of ${ALICE}.`);
}

async function expectSafeAgain(lab: Lab): Promise<void> {
  const { id } = await lab.made(ALICE, 'to delete');
  for (const ids of [[id], [id], [UNKNOWN, 'no-uuid'], []]) {
    for (const path of ['/blobs/delete', '/blobs/stale']) {
      const answer = await lab.askAs({ as: 'state', user: ALICE }, 'POST', path, { ids });
      expect(
        answer.status === 200,
        () => `POST ${path} of ${shown(ids)} was answered ${answeredWith(answer)}.`,
      );
    }
  }
  const nobody = 'nobody-has-this-name';
  const answer = await lab.askAs({ as: 'state', user: nobody }, 'DELETE', routed`/users/${nobody}/blobs`);
  expect(
    answer.status === 200,
    () => `DELETE /users/:/blobs of a user without blobs was answered ${answeredWith(answer)}.`,
  );
}

async function expectUserErased(lab: Lab): Promise<void> {
  const made = [await lab.made(CAROL, 'one'), await lab.made(CAROL, 'two')];
  const others = await lab.made(BOB, 'one');
  for (let more: unknown = true, rounds = 0; more === true && rounds < 100; rounds++) {
    const answer = await lab.askAs({ as: 'state', user: CAROL }, 'DELETE', routed`/users/${CAROL}/blobs`);
    ({ more } = (answer.body ?? {}) as { more?: unknown });
    expect(
      answer.status === 200 && typeof more === 'boolean',
      () => `DELETE /users/:/blobs was answered ${answeredWith(answer)}.`,
    );
  }
  for (const { id } of made) {
    const left = await remainder(lab, CAROL, id);
    expect(left === undefined, () => `A user was erased, and ${left} still has ${id}.`);
  }
  expect(
    (await lab.read(BOB, others.id)) !== undefined,
    () => `${CAROL} was erased, and a blob of ${BOB} with it.`,
  );
  const strange = await lab.askAs({ as: 'state', user: BOB }, 'DELETE', routed`/users/${ALICE}/blobs`);
  expect(
    strange.status === 404,
    () => `DELETE of another user’s blobs was answered ${answeredWith(strange)}.`,
  );
}

async function expectStale(lab: Lab): Promise<void> {
  const { id } = await lab.made(ALICE, 'three');
  const before = await lab.read(ALICE, id);
  const answer = await lab.askAs({ as: 'state', user: ALICE }, 'POST', '/blobs/stale', { ids: [id] });
  expect(answer.status === 200, () => `POST /blobs/stale was answered ${answeredWith(answer)}.`);
  const after = await lab.read(ALICE, id);
  const isSame = JSON.stringify(after?.['data']) === JSON.stringify(before?.['data']);
  expect(
    after !== undefined && isSame,
    () => `A blob whose source is gone reads ${shown(after ?? 'as missing')}.`,
  );
}

/** Calls of state: comparing the store with the index, and deletion. */
export const storeChecks = [
  check('V1', expectNamed),
  check('V2', expectInventory),
  check('V3', expectRegistration),
  check('V4', expectExisting),
  check('V5', expectCounts),
  check('V6', expectReopened),
  check('X4', expectStale),
  check('X1', expectErased),
  check('X2', expectSafeAgain),
  check('X3', expectUserErased),
];
