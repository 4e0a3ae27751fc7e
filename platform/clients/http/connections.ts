import { Agent, type Dispatcher } from 'undici';
import { type Egress, guardedAgent } from '../../egress/guarded-agent.ts';
import { AT_ONCE } from './transport.ts';

/** Connections to other services: those of the environment, and those that registered processors name. */
export interface Connections {
  /** `registered`: the address is one that a declaration names, and is looked at when it is connected to. */
  agent(registered: boolean): Dispatcher;
  /** For answers that are read as they come: whoever reads slowly holds a connection, and calls have others. */
  streamAgent(registered: boolean): Dispatcher;
  /** Breaks off what is in work. */
  close(): Promise<void>;
}

const CONNECTING = { connections: AT_ONCE.calls, keepAliveTimeout: 30_000 };
/** As many as files are sent and read at once by all users. */
const STREAMING = { connections: AT_ONCE.streams, keepAliveTimeout: 30_000 };
const CONNECT_TIMEOUT_MS = 3_000;
/** Each exchange has a limit of its own, for all of it. */
const UNTIMED = { headersTimeout: 0, bodyTimeout: 0 };

export function openConnections(egress: Egress): Connections {
  const own = (options: Agent.Options) => new Agent({ ...options, connectTimeout: CONNECT_TIMEOUT_MS });
  const guarded = (options: Agent.Options) =>
    guardedAgent(egress, { ...options, connectTimeout: CONNECT_TIMEOUT_MS });
  const [agent, streamAgent] = [own({ ...CONNECTING, ...UNTIMED }), own(STREAMING)];
  const [toRegistered, streamOfRegistered] = [guarded({ ...CONNECTING, ...UNTIMED }), guarded(STREAMING)];
  return {
    agent: (registered) => (registered ? toRegistered : agent),
    streamAgent: (registered) => (registered ? streamOfRegistered : streamAgent),
    async close() {
      const agents = [agent, streamAgent, toRegistered, streamOfRegistered];
      await Promise.all(agents.map((each) => each.destroy()));
    },
  };
}
