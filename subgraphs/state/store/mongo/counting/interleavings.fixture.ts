import { isDeepStrictEqual } from 'node:util';
import { countEntries, forgetSummaries } from './count.ts';
import {
  countedOf,
  expectedOf,
  facetsOf,
  ModelWorld,
  modelStore,
  randomOf,
  Scheduler,
} from './model.fixture.ts';

const ENTRIES = 4;
const WRITERS = 3;
const CHANGES = 3;
const ID = 'user';
const idOf = (index: number) => `entry-${index}`;
const STATES = ['PENDING', 'COMPLETED'] as const;

type Guard = 'seq' | 'pending';

/** A process that changes entries and counts each before it goes on; now and then it throws the summaries away. */
async function write(world: ModelWorld, random: () => number, turn: () => Promise<void>, guard: Guard) {
  const store = modelStore(world, turn, guard);
  let isCounted = true;
  for (let change = 0; change < CHANGES; change += 1) {
    const index = Math.floor(random() * ENTRIES);
    const id = idOf(index);
    const choice = random();
    await turn();
    const entry = world.entries.get(id);
    if (choice < 0.05) {
      await forgetSummaries(store, ID);
      isCounted = false;
      continue;
    }
    if (!entry) world.entries.set(id, { version: 1, state: STATES[0], facets: facetsOf(index), mark: null });
    else if (entry.state !== null) {
      entry.version += 1;
      entry.state = choice < 0.3 ? null : (STATES[Math.floor(choice * 100) % 2] ?? null);
    }
    isCounted = (await countEntries(store, ID, [id], { facets: [facetsOf(index)] })) && isCounted;
  }
  return isCounted;
}

interface Outcome {
  readonly isRight: boolean;
  readonly isClean: boolean;
}

const all = Array.from({ length: ENTRIES }, (_, index) => idOf(index));

function look(world: ModelWorld): Outcome {
  const summaries = [...world.summaries.values()];
  const user = world.summaries.get('user ');
  const current = summaries.filter(({ generation }) => generation === user?.generation);
  const isListed = current.every(
    ({ target, listing }) =>
      !['bookId', 'conversationId', 'chapter'].includes(target.kind) ||
      isDeepStrictEqual(listing, world.listing(target)),
  );
  const isClean =
    current.every(({ pending }) => pending.length === 0) &&
    [...world.entries.values()].every(({ state, facets }) => state !== null || facets === null);
  return { isRight: isListed && isDeepStrictEqual(countedOf(world), expectedOf(world)), isClean };
}

/** One random interleaving: writers, some of which die, then what a relay does once all is quiet. */
async function interleave(seed: number, guard: Guard): Promise<Outcome> {
  const random = randomOf(seed);
  const world = new ModelWorld();
  const scheduler = new Scheduler(random);
  const chance = random() < 0.3 ? 0 : 0.03;
  const writers = Array.from({ length: WRITERS }, (_, process) =>
    write(world, random, () => scheduler.turn(process), guard),
  );
  const crashed = await scheduler.run(chance);
  if (crashed === 0 && (await Promise.all(writers)).every(Boolean)) {
    // Nobody died: there is nothing left for the relay.
    const outcome = look(world);
    if (!outcome.isRight || !outcome.isClean) return outcome;
  }
  const quiet = modelStore(world, () => Promise.resolve(), guard);
  for (const id of all) await countEntries(quiet, ID, [id]);
  return look(world);
}

/** Whether after this interleaving something is counted wrong or left behind. `guard`: what keeps a summary from counting twice. */
export async function isWrong(seed: number, guard: Guard): Promise<boolean> {
  const { isRight, isClean } = await interleave(seed, guard);
  return !isRight || (guard === 'seq' && !isClean);
}

/** Seeds, from 1, of interleavings that go wrong. */
export async function wrongOf(runs: number, guard: Guard): Promise<number[]> {
  const wrong: number[] = [];
  for (let seed = 1; seed <= runs; seed += 1) if (await isWrong(seed, guard)) wrong.push(seed);
  return wrong;
}
