import { type Finding, fine, problem } from './finding.ts';

/** A look at a service's port on this machine. */
export interface PortLook {
  readonly service: string;
  readonly port: number;
  /** `service`: one of ours answers, `ready` or not; `other`: something else has the port. */
  readonly found: 'free' | 'ready' | 'starting' | 'other';
}

/** The ports of the services as one finding: all free, all ours, or which are in the way. */
export function portsFinding(ports: readonly PortLook[]): Finding {
  const of = (found: PortLook['found']) => ports.filter((port) => port.found === found);
  const named = (looks: readonly PortLook[]) =>
    looks.map(({ service, port }) => `${port} (${service})`).join(', ');
  const others = of('other');
  if (others.length > 0)
    return problem(
      'ports',
      `another program has ${named(others)}`,
      'end it, or set PORT_OFFSET, e.g. PORT_OFFSET=100, for the system and all commands.',
    );
  const starting = of('starting');
  if (starting.length > 0)
    return problem(
      'ports',
      `not ready: ${named(starting)}`,
      'wait while it starts; GET /ready of the gateway says what it waits for.',
    );
  const [free, ready] = [of('free'), of('ready')];
  if (ready.length === 0) return fine('ports', 'all are free; the system does not run here');
  if (free.length === 0) return fine('ports', 'the system runs, and every service is ready');
  return problem(
    'ports',
    `services are missing: ${named(free)}`,
    'start them, or leave them out of SERVICES everywhere.',
  );
}

/** Whether the gateway takes the token that commands give it; `unknown` where that cannot be tried. */
export type TokenLook = 'taken' | 'refused' | 'unknown';

/** None where it was not tried. */
export function tokenFindings(look: TokenLook, dataDir: string): Finding[] {
  if (look === 'unknown') return [];
  if (look === 'taken') return [fine('token', 'the gateway takes that of the local user')];
  return [
    problem(
      'token',
      `the system that runs does not know the commands’ token (BLOBGRAPH_TOKEN, else by the keys in ${dataDir})`,
      'set DATA_DIR to the running system’s data folder, or BLOBGRAPH_TOKEN to a token of its issuer.',
    ),
  ];
}

/** A server that the settings name. */
export interface ServerLook {
  /** Its variable, e.g. `MONGO_URL`. */
  readonly variable: string;
  /** Host and port, without any secret. */
  readonly address: string;
  /** Why it does not answer; null when it does. */
  readonly fault: string | null;
}

/** A finding for each server; one where all is embedded. */
export function serverFindings(servers: readonly ServerLook[]): Finding[] {
  if (servers.length === 0) return [fine('servers', 'none is set: all data is embedded')];
  return servers.map(({ variable, address, fault }) =>
    fault === null
      ? fine('servers', `${variable}: ${address} takes connections`)
      : problem(
          'servers',
          `${variable}: ${address} takes no connection (${fault})`,
          'start it, or mend the address; unset, its data is embedded.',
        ),
  );
}
