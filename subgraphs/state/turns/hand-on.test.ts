import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import {
  applyReport,
  blobRun,
  isHeld,
  isOwed,
  isUnderWay,
  pendingRuns,
  processingState,
} from '../entries/runs.ts';
import { randomOf } from '../store/mongo/counting/model.fixture.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import { entry, newId } from '../testing/records.fixture.ts';
import { handOn, type TurnSweeperDependencies } from './hand-on.ts';
import { createTurns, type Turns } from './turns.ts';

const logger = createLogger('silent');
const LIMIT = 3;
const USERS = ['alice', 'bob'] as const;
const PROCESSORS = ['p', 'q'] as const;
type User = (typeof USERS)[number];

/** The index in memory, and the processes on it: one at a time, or two. */
class Model {
  readonly entries = new Map<string, IndexEntry>();
  /** Blobs in the order in which each processor was asked for them. */
  readonly asked: { readonly id: string; readonly processorId: string }[] = [];
  /** At held runs. */
  looks = 0;
  #now = 0;
  turns: Turns = this.#newTurns();
  readonly store: TurnSweeperDependencies['store'] = {
    entries: async (userId: string, ids: readonly string[]) =>
      this.of(userId).filter(({ id }) => ids.includes(id)) as never,
    updateEntry: async (id, expectedVersion, change, events) => {
      const known = this.entries.get(id);
      if (known?.version !== expectedVersion) return false;
      this.entries.set(id, { ...known, ...change });
      for (const { kind, body } of events)
        if (kind === 'retried' && body.run) this.asked.push({ id, processorId: body.run.processor_id });
      return true;
    },
    outstandingRuns: async (userId) =>
      new Map(PROCESSORS.map((id) => [id, this.outstanding(userId, id)] as const).filter(([, n]) => n > 0)),
    heldEntries: async (userId, { except, limit }) => {
      this.looks += 1;
      return this.of(userId)
        .map(({ id, runs }) => ({
          id,
          processorIds: runs
            .filter((run) => isHeld(run) && !except.includes(run.processorId))
            .map(({ processorId }) => processorId),
        }))
        .filter(({ processorIds }) => processorIds.length > 0)
        .slice(0, limit);
    },
    heldUsers: async () => USERS.filter((user) => this.of(user).some(({ runs }) => runs.some(isHeld))),
  };

  /** In the order of their creation. */
  of = (userId: string): IndexEntry[] => [...this.entries.values()].filter((one) => one.userId === userId);
  outstanding = (userId: string, processorId: string): number =>
    this.of(userId).filter(({ runs }) => runs.some((run) => run.processorId === processorId && isOwed(run)))
      .length;
  held = (userId: string, processorId: string): string[] =>
    this.of(userId).flatMap(({ id, runs }) => {
      const run = blobRun(runs, processorId);
      return run && isHeld(run) ? [id] : [];
    });

  at = (): Date => {
    this.#now += 1;
    return new Date(this.#now);
  };
  pass = (milliseconds: number) => {
    this.#now += milliseconds;
  };

  #newTurns(): Turns {
    const store = { outstandingRuns: (userId: string) => this.store.outstandingRuns(userId) };
    return createTurns({ store, clock: { now: () => new Date(this.#now) }, limit: LIMIT });
  }

  /** `isCut`: the process dies before the blob is stored. */
  async create(user: User, isCut: boolean): Promise<void> {
    const held = await this.turns.take(user, PROCESSORS);
    if (isCut) return this.crash();
    const at = this.at();
    const runs = pendingRuns(PROCESSORS, at, held);
    const one = entry(user, 0, { id: newId(), runs, createdAt: at });
    this.entries.set(one.id, one);
    for (const processorId of PROCESSORS)
      if (!held.includes(processorId)) this.asked.push({ id: one.id, processorId });
  }

  crash(): void {
    this.turns = this.#newTurns();
  }

  /** Ends one of the runs that were asked for; the first, the second, … */
  end(user: User, processorId: string, which: number, state: 'COMPLETED' | 'FAILED'): void {
    const open = this.of(user).filter(({ runs }) => {
      const run = blobRun(runs, processorId);
      return run && isOwed(run);
    });
    const one = open[which % Math.max(1, open.length)];
    if (!one) return;
    const report = { blob_id: one.id, processor_id: processorId, state, attempt: 9 };
    const { runs } = applyReport(one.runs, report, this.at()) ?? one;
    this.entries.set(one.id, { ...one, runs, state: processingState(runs), version: one.version + 1 });
  }

  delete(user: User, which: number): void {
    const all = this.of(user);
    const one = all[which % Math.max(1, all.length)];
    if (one) this.entries.delete(one.id);
  }

  async handOn(user: User, turns = this.turns): Promise<void> {
    const deps = { store: this.store, clock: { now: this.at }, nudge: () => undefined };
    await handOn({ ...deps, turns, logger }, user, new AbortController().signal);
  }
}

/** Hands on, and holds it to the order: the oldest first, as many as there is room for. */
async function handOnInOrder(model: Model, user: User): Promise<void> {
  const expected = PROCESSORS.map((id) => {
    const room = Math.max(0, LIMIT - model.outstanding(user, id));
    return model.held(user, id).slice(0, room);
  });
  const before = model.asked.length;
  await model.handOn(user);
  const asked = model.asked.slice(before);
  for (const [place, processorId] of PROCESSORS.entries()) {
    const ids = asked.filter((one) => one.processorId === processorId).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set(expected[place]));
  }
}

type Step =
  | { readonly kind: 'create'; readonly user: User; readonly isCut: boolean }
  | { readonly kind: 'end'; readonly user: User; readonly processorId: string; readonly which: number }
  | { readonly kind: 'delete'; readonly user: User; readonly which: number }
  | { readonly kind: 'hand on'; readonly user: User }
  | { readonly kind: 'pass' | 'crash' };

/** By how often each comes up. */
const KINDS = [
  ...Array<'create'>(6).fill('create'),
  ...Array<'end'>(4).fill('end'),
  ...(['delete', 'hand on', 'hand on', 'pass', 'crash'] as const),
];

function stepOf(random: () => number): Step {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const kind = one(KINDS);
  const user = one(USERS);
  if (kind === 'create') return { kind, user, isCut: random() < 0.1 };
  const which = Math.floor(random() * 20);
  if (kind === 'end') return { kind, user, which, processorId: one(PROCESSORS) };
  if (kind === 'delete') return { kind, user, which };
  return kind === 'hand on' ? { kind, user } : { kind };
}

async function take(model: Model, step: Step): Promise<void> {
  if (step.kind === 'create') await model.create(step.user, step.isCut);
  else if (step.kind === 'end')
    model.end(step.user, step.processorId, step.which, step.which % 3 === 0 ? 'FAILED' : 'COMPLETED');
  else if (step.kind === 'delete') model.delete(step.user, step.which);
  else if (step.kind === 'hand on') await handOnInOrder(model, step.user);
  else if (step.kind === 'pass') model.pass(3_000);
  else model.crash();
}

/** How many runs may be in hand. A process that has just begun knows of none, until it hands on for the user. */
class Bounds {
  readonly #most = new Map<string, number>(USERS.map((user) => [user, LIMIT]));

  follow(model: Model, step: Step, before: Turns): void {
    for (const user of USERS) {
      const most = Math.max(...PROCESSORS.map((id) => model.outstanding(user, id)));
      if (model.turns !== before) this.#most.set(user, most + LIMIT);
      if (step.kind === 'hand on' && step.user === user) this.#most.set(user, Math.max(LIMIT, most));
      expect(most).toBeLessThanOrEqual(this.#most.get(user) ?? 0);
    }
  }
}

/** Ends all runs that were asked for, and hands out those that are held, until neither is left. */
async function endAll(model: Model): Promise<void> {
  const isOpen = () => [...model.entries.values()].some(({ runs }) => runs.some(isUnderWay));
  for (let round = 0; isOpen() && round < 100; round += 1)
    for (const user of USERS) {
      for (const id of PROCESSORS)
        for (let open = model.outstanding(user, id); open > 0; open -= 1) model.end(user, id, 0, 'COMPLETED');
      await handOnInOrder(model, user);
    }
}

describe('handing out held runs', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))(
    'keeps bound and order, and forgets none: %i',
    async (seed) => {
      const random = randomOf(seed);
      const [model, bounds] = [new Model(), new Bounds()];
      for (let count = 0; count < 80; count += 1) {
        const before = model.turns;
        const step = stepOf(random);
        await take(model, step);
        bounds.follow(model, step, before);
      }
      await endAll(model);
      const asked = model.asked.map(({ id, processorId }) => `${id} ${processorId}`);
      expect(new Set(asked).size).toBe(asked.length);
      for (const { id, runs } of model.entries.values())
        for (const { processorId, state } of runs) {
          expect(['COMPLETED', 'FAILED']).toContain(state);
          expect(asked).toContain(`${id} ${processorId}`);
        }
    },
  );

  it('does not look through what is held while nothing of it has room, and once a page where it has', async () => {
    const model = new Model();
    for (let count = 0; count < 250; count += 1) await model.create('alice', false);
    model.pass(3_000);
    await model.handOn('alice');
    const looks = async (times: number) => {
      model.looks = 0;
      for (let time = 0; time < times; time += 1) {
        model.pass(1_000);
        await model.handOn('alice');
      }
      return model.looks;
    };
    expect(await looks(25)).toBe(0);
    for (const id of PROCESSORS) model.end('alice', id, 0, 'COMPLETED');
    expect(await looks(1)).toBe(1);
    for (const id of PROCESSORS) expect(model.outstanding('alice', id)).toBe(LIMIT);
    expect(await looks(30)).toBe(1);
  });

  it('finds in the end what another process held and did not live to hand out', async () => {
    const model = new Model();
    for (let count = 0; count < 10; count += 1) await model.create('alice', false);
    model.pass(3_000);
    await model.handOn('alice');
    const run = { ...pendingRuns(['r'], model.at(), ['r'])[0] } as Run;
    const one = entry('alice', 0, { id: newId(), runs: [run], createdAt: model.at() });
    model.entries.set(one.id, one);
    await model.handOn('alice');
    expect(model.asked).not.toContainEqual({ id: one.id, processorId: 'r' });
    model.pass(30_000);
    await model.handOn('alice');
    expect(model.asked).toContainEqual({ id: one.id, processorId: 'r' });
  });

  it('hands out each once when two processes do so at once', async () => {
    const model = new Model();
    for (let count = 0; count < 20; count += 1) await model.create('alice', false);
    const other = createTurns({ store: model.store, clock: { now: model.at }, limit: LIMIT });
    for (let ended = 0; ended < LIMIT; ended += 1) model.end('alice', 'p', 0, 'COMPLETED');
    const before = model.asked.length;
    await Promise.all([model.handOn('alice'), model.handOn('alice', other)]);
    expect(model.asked.slice(before).map(({ processorId }) => processorId)).toEqual(['p', 'p', 'p']);
    expect(model.outstanding('alice', 'p')).toBe(LIMIT);
  });
});
