import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '../../../platform/config/config.ts';
import type { OtherGateway } from '../../harness/other-gateway.ts';
import { shuffled } from '../harness/shuffled.ts';
import type { FaultSystem } from '../harness/system.ts';

/** Something that is killed, and started again. */
export interface Victim {
  readonly name: string;
  die(): Promise<void>;
  /** Resolves once it answers. */
  comeBack(): Promise<void>;
}

export const service = (system: FaultSystem, name: ServiceName): Victim => ({
  name,
  die: () => system.process(name).kill(),
  comeBack: () => system.restart(name),
});

export const natsServer = ({ nats }: FaultSystem): Victim => ({
  name: 'NATS',
  die: () => nats.server.kill(),
  comeBack: () => nats.server.start(),
});

/** Two gateways, each killed, and each stopped in order. */
export const gateways = (system: FaultSystem, other: OtherGateway): Victim[] => [
  service(system, 'gateway'),
  { name: 'the other gateway', die: () => other.kill(), comeBack: () => other.restart() },
  {
    name: 'gateway, in order',
    die: () => system.process('gateway').stop(),
    comeBack: () => system.restart('gateway'),
  },
  { name: 'the other gateway, in order', die: () => other.stop(), comeBack: () => other.restart() },
];

/** Milliseconds between two kills, and that a victim stays away, at most: at random, since the moment is the fault. */
const BREATH_MS = 1_000;
const AWAY_MS = 2_000;

const atRandom = (atMost: number): Promise<void> => pause(Math.random() * atMost);

/** Kills one victim after the other, in random order, as often as `again` says. @returns how often each was killed */
export async function killInTurn(
  victims: readonly Victim[],
  again: (round: number) => boolean,
): Promise<ReadonlyMap<string, number>> {
  const kills = new Map<string, number>();
  for (let round = 0; again(round); round += 1) {
    for (const victim of shuffled(victims)) {
      await atRandom(BREATH_MS);
      await victim.die();
      await atRandom(AWAY_MS);
      await victim.comeBack();
      kills.set(victim.name, (kills.get(victim.name) ?? 0) + 1);
    }
  }
  return kills;
}
