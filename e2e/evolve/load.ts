import { setTimeout as pause } from 'node:timers/promises';
import { createGraphClient, type GraphClient, type GraphQLFault } from '../harness/client.ts';
import { CORE_QUERY, draftInput, liveCursor } from '../harness/operations.ts';
import type { System } from '../harness/system.ts';
import { type Followed, transports } from '../harness/transports.ts';

/** Clients that work all the time, and the failures that they see. */
export interface Load {
  /** Requests that were answered without an error. */
  readonly answered: number;
  /** The other failures, each in a line. */
  readonly failures: readonly string[];
  /** From now on, `content` of a blob may be told to be missing by this code. */
  allow(code: string): void;
  /** Drafts that were stored, by user. */
  readonly drafts: ReadonlyMap<string, readonly string[]>;
  /** Stops it. Resolves once all is answered. */
  stop(): Promise<void>;
}

const CREATE =
  'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { code } } }';
const SHELF =
  '{ me { state { totalBlobs books { id chapters { draft { id title } } } } } processors { id status } }';

type Created = { createBlob: { blob: { id: string } | null } };

/** Between two requests of a client: several users keep a gateway busy with it, and leave it room for what is tested. */
const EVERY_MS = 400;

/** Users that read and write, each one request after the other. */
export function startLoad(users: readonly GraphClient[]): Load {
  const failures: string[] = [];
  const allowed = new Set<string>();
  const isAllowed = ({ path, extensions }: GraphQLFault) =>
    path?.at(-1) === 'content' && allowed.has(extensions.code);
  const drafts = new Map<string, string[]>();
  let answered = 0;
  let isOver = false;
  async function ask<Data>(client: GraphClient, query: string, variables: Record<string, unknown> = {}) {
    const what = query.slice(0, 40).replaceAll(/\s+/g, ' ');
    try {
      const { data, errors } = await client.request<Data>(query, variables);
      if (!errors || errors.every(isAllowed)) answered += 1;
      else failures.push(`${what}: ${JSON.stringify(errors).slice(0, 400)}`);
      return data;
    } catch (error) {
      failures.push(`${what}: ${String(error)} ${String((error as Error).cause ?? '')}`);
      return null;
    }
  }
  const work = users.map(async (client, index) => {
    const own: string[] = [];
    drafts.set(client.token, own);
    for (let turn = 0; !isOver; turn += 1) {
      const input = draftInput({
        content: `Draft ${turn} of ${index}: it rained all night.`,
        chapter: (turn % 5) + 1,
      });
      const made = await ask<Created>(client, CREATE, { input });
      if (made?.createBlob.blob) own.push(made.createBlob.blob.id);
      await ask(client, CORE_QUERY, { first: 10 });
      await ask(client, SHELF);
      await pause(EVERY_MS);
    }
  });
  return {
    get answered() {
      return answered;
    },
    failures,
    allow: (code) => void allowed.add(code),
    drafts,
    async stop() {
      isOver = true;
      await Promise.all(work);
    },
  };
}

/** A user's subscribers: half over WebSocket, half as server-sent events. */
export interface Audience {
  readonly client: GraphClient;
  readonly followed: readonly Followed[];
  /** Why any of them ended. */
  readonly ends: readonly string[];
  close(): void;
}

const graphTransports = transports.slice(0, 2);

/** Starts so many subscribers of a user, from now on. */
export async function startAudience(client: GraphClient, count: number): Promise<Audience> {
  const { gateway, token } = client;
  const after = await liveCursor(client);
  const ends: string[] = [];
  let isOver = false;
  const followed = Array.from({ length: count }, (_, index) => {
    const [name = '', transport] = graphTransports[index % graphTransports.length] ?? [];
    if (!transport) throw new Error('There is no transport');
    const each = transport({ gateway, token, after });
    void each.ended.then((why) => {
      if (!isOver) ends.push(`${name}: ${why}`);
    });
    return each;
  });
  return {
    client,
    followed,
    ends,
    close() {
      isOver = true;
      for (const each of followed) each.close();
    },
  };
}

/** Clients of so many new users of a system. */
export const newUsers = (system: System, count: number): Promise<GraphClient[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) =>
      createGraphClient(system.urls.gateway, await system.token(`evolve|${index}|${Date.now()}`)),
    ),
  );
