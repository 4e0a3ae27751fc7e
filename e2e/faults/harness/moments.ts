import type { ServiceName } from '../../../platform/config/config.ts';
import type { Intervention, SeenRequest } from '../../harness/proxy.ts';
import type { FaultSystem } from './system.ts';
import type { Moment } from './wire.ts';

/** A moment in the traffic with a server, or with the state service. */
export type When =
  | { readonly with: 'mongodb' | 'postgresql' | 'nats' | 'redis'; readonly moment: Moment }
  | {
      readonly with: 'state';
      readonly request: (request: SeenRequest) => boolean;
      readonly keep: Exclude<Intervention, 'pass' | 'refuse'>;
    };

/** Waits for the moment, at which traffic is held. @returns a function that lets it pass again */
export async function reached(system: FaultSystem, when: When): Promise<() => void> {
  if (when.with !== 'state') {
    const { wire } = system[when.with];
    await wire.hold(when.moment);
    return () => wire.release();
  }
  const proxy = system.proxy('state');
  proxy.intervene((request) => (when.request(request) ? when.keep : 'pass'));
  await proxy.nextHeld();
  return () => proxy.release();
}

/** Kills a service at the moment, and starts it again. */
export async function killAt(
  system: FaultSystem,
  service: ServiceName,
  when: When,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const release = await reached(system, when);
  await system.process(service).kill();
  release();
  await meanwhile?.();
  await system.restart(service);
}

/** A processor begins a run. */
export const isBeginning = ({ path }: SeenRequest): boolean => path === '/api/v1/runs/begin';

/** A processor registers its result in the index. */
export const isRegistration = ({ path }: SeenRequest): boolean => path === '/api/v1/runs/finish';
