import type { ServiceName } from '../../../platform/config/config.ts';
import { startBalancer } from '../../harness/balancer.ts';
import { liveCursor } from '../../harness/operations.ts';
import { startOtherGateway } from '../../harness/other-gateway.ts';
import { type Ledger, openLedger } from '../harness/ledger.ts';
import { expectWhole } from '../harness/oracle.ts';
import { type FaultSystem, startFaultSystem } from '../harness/system.ts';
import { workOn } from '../harness/work.ts';
import { gateways, killInTurn, natsServer, service } from './kills.ts';
import { type Following, type Subscriber, subscribersOf } from './subscriber.ts';
import { expectAllTold } from './verdict.ts';

/** A user who writes, and the clients by which they follow what becomes of it. */
export interface LiveUser {
  readonly ledger: Ledger;
  readonly subscribers: readonly Subscriber[];
}

/** Users who write and follow, by two gateways behind one address. */
export interface LiveRun {
  readonly system: FaultSystem;
  readonly users: readonly LiveUser[];
  /**
   * Users write while the gateways, and what they stand on, are killed: two at a time, one of each.
   * @returns how often each was killed
   */
  kill(options: Kills): Promise<ReadonlyMap<string, number>>;
  /** Waits until the system is at rest, and holds what is stored and what was told against what was acknowledged. */
  expectNothingMissed(withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface Kills {
  /** Killed beside the gateways and NATS. */
  readonly services: readonly ServiceName[];
  /** Whether all are killed once more. */
  readonly again: (round: number) => boolean;
}

export interface LiveOptions {
  readonly users: number;
  /** More subscribers of each user, who follow from now on. Default: none. */
  readonly more?: (following: Following) => Promise<readonly Subscriber[]>;
}

/** One draft in so many is deleted. */
const DELETES_EVERY = 4;

export async function startLiveRun({ users: count, more }: LiveOptions): Promise<LiveRun> {
  const system = await startFaultSystem();
  const other = await startOtherGateway(system);
  const balancer = await startBalancer([system.urls.gateway, other.url]);

  async function openUser(): Promise<LiveUser> {
    const ledger = await openLedger(system);
    const { token } = ledger.client;
    const following = { gateway: balancer.url, token, from: await liveCursor(ledger.client) };
    return { ledger, subscribers: [...subscribersOf(following), ...((await more?.(following)) ?? [])] };
  }
  const users = await Promise.all(Array.from({ length: count }, openUser));

  return {
    system,
    users,
    async kill({ services, again }) {
      const work = workOn(
        users.map(({ ledger }) => ledger),
        { deletesEvery: DELETES_EVERY },
      );
      await work.goesOn();
      const upstreams = [...services.map((name) => service(system, name)), natsServer(system)];
      const kills = await Promise.all([
        killInTurn(gateways(system, other), again),
        killInTurn(upstreams, again),
      ]);
      await work.goesOn();
      await work.stop();
      return new Map(kills.flatMap((some) => [...some]));
    },
    async expectNothingMissed(withinMs) {
      for (const { ledger, subscribers } of users) {
        await expectWhole(system, ledger, withinMs === undefined ? {} : { withinMs });
        await expectAllTold(system, ledger, subscribers);
      }
    },
    async close() {
      for (const { ledger, subscribers } of users)
        await Promise.all([ledger.close(), ...subscribers.map((each) => each.stop())]);
      await balancer.close();
      await other.stop();
      await system.stop();
    },
  };
}
