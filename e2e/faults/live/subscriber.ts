import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { liveClient } from '../../../client/live.ts';
import { type Change, SUBSCRIPTION } from '../../harness/changes.ts';
import { type Followed, partOf, type Told, type Transport, transports } from '../../harness/transports.ts';

/** A client that comes back after every end, after the last cursor that it was told. */
export interface Subscriber {
  readonly name: string;
  /** All that it was told, over all connections. */
  readonly heard: readonly Told[];
  /** Why its connections, or its subscriptions, ended. */
  readonly ends: readonly string[];
  stop(): Promise<void>;
}

/** Where and as whom a subscriber follows. */
export interface Following {
  readonly gateway: string;
  readonly token: string;
  /** Where it begins. */
  readonly from: string;
}

const COMES_BACK_WITHIN_MS = 400;

/** Not all at once. */
export const aMoment = () => pause(Math.random() * COMES_BACK_WITHIN_MS);

/** Follows by a transport. */
function byTransport(name: string, transport: Transport, { gateway, token, from }: Following): Subscriber {
  const before: Told[] = [];
  const ends: string[] = [];
  let current: Followed | undefined;
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      current = transport({ gateway, token, after: from, last: before.at(-1)?.cursor });
      const end = await current.ended;
      before.push(...current.told);
      current = undefined;
      if (!stopped) ends.push(end);
      await aMoment();
    }
  })();
  return {
    name,
    get heard() {
      return [...before, ...(current?.told ?? [])];
    },
    ends,
    async stop() {
      stopped = true;
      current?.close();
      await running;
    },
  };
}

/** Told by a library of a subscription. */
export interface Sink {
  next(change: Change['blobChanged'], isPartial: boolean): void;
  /** The library comes back no more: why, a code where there is one. */
  end(why: string): void;
}

/** Subscribes after a cursor, by a library that comes back by itself. @returns what ends it */
export type Subscribe = (after: string, sink: Sink) => () => void;

/** Follows by a library, and subscribes again after the last change when it gives up. */
export function byLibrary(name: string, from: string, subscribe: Subscribe): Subscriber {
  const heard: Told[] = [];
  const ends: string[] = [];
  let stopped = false;
  let leave = () => {};
  const once = () =>
    new Promise<void>((resolve) => {
      let isOver = false;
      const unsubscribe = subscribe(heard.at(-1)?.cursor ?? from, {
        next({ blob, ...change }, isPartial) {
          if (!isOver) heard.push({ ...change, blob: partOf(blob, isPartial) });
        },
        end(why) {
          if (!isOver && !stopped) ends.push(why);
          isOver = true;
          resolve();
        },
      });
      leave = () => {
        isOver = true;
        unsubscribe();
        resolve();
      };
    });
  const running = (async () => {
    while (!stopped) {
      await once();
      leave();
      await aMoment();
    }
  })();
  return {
    name,
    heard,
    ends,
    async stop() {
      stopped = true;
      leave();
      await running;
    },
  };
}

type Fault = { readonly extensions?: { readonly code?: unknown } | undefined };

/** The code of the first of a subscription’s errors, or of the close of its connection. */
export function codeOf(error: unknown): string {
  const [first] = Array.isArray(error) ? (error as Fault[]) : [];
  return String(first?.extensions?.code ?? (error as { code?: unknown } | null)?.code ?? error);
}

/** Follows by the client of graphql-ws, as the examples set it up: it comes back and resumes by itself. */
function byGraphqlWs({ gateway, token, from }: Following): Subscriber {
  const url = `${gateway.replace('http', 'ws')}/graphql`;
  const client = liveClient({ url, token: () => token, webSocketImpl: WebSocket, retryWait: aMoment });
  return byLibrary('the client of graphql-ws', from, (after, sink) =>
    client.subscribe<Change>(
      { query: SUBSCRIPTION, variables: { after } },
      {
        next({ data, errors }) {
          if (data) sink.next(data.blobChanged, errors !== undefined);
          else sink.end(codeOf(errors));
        },
        error: (error) => sink.end(codeOf(error)),
        complete: () => sink.end('complete'),
      },
    ),
  );
}

/** One subscriber by each transport, and one by the client of graphql-ws. */
export const subscribersOf = (following: Following): Subscriber[] => [
  ...transports.map(([name, transport]) => byTransport(name, transport, following)),
  byGraphqlWs(following),
];
