import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { builtFile } from '../../platform/process/paths.ts';
import { services } from '../../platform/testing/services.ts';
import { ownFollowed } from '../gateway/peers/own.ts';
import type { Gateway } from '../gateway/peers/peer.ts';
import { type Stubs, startStubs } from '../gateway/stubs/stubs.ts';
import { startForked } from '../harness/forked.ts';
import { collecting } from './collected.ts';
import type { CrowdAnswer, CrowdRequest, Heard } from './crowd.ts';
import { openPublished, type Published } from './log.ts';

/** Subscribers, in a process of their own. */
export interface Crowd {
  /** @throws when a connection was lost, or an error told */
  ask(request: CrowdRequest): Promise<CrowdAnswer>;
  /**
   * Waits until so many changes of these blobs were heard, those of others apart. `of`: default, of all.
   * @throws when they are not within the time
   */
  hear(count: number, options?: { of?: { has(id: string): boolean }; withinMs?: number }): Promise<Heard[]>;
  stop(): Promise<void>;
}

export async function startCrowd(): Promise<Crowd> {
  const child = await startForked<object>(builtFile('bench/subscribers/crowd.ts'), []);
  const ask = async (request: CrowdRequest) => {
    const answer = await child.ask<CrowdAnswer>(request);
    if (answer.lost > 0) throw new Error(`${answer.lost} lost, the first by: ${answer.why}`);
    return answer;
  };
  return {
    ask,
    async hear(count, { of, withinMs = 60_000 } = {}) {
      const all: Heard[] = [];
      const end = performance.now() + withinMs;
      while (all.length < count) {
        const { heard = [] } = await ask({ do: 'tell' });
        all.push(...heard.filter(({ blobId }) => of?.has(blobId) ?? true));
        if (all.length >= count) break;
        if (performance.now() > end) throw new Error(`${all.length} of ${count} changes were heard`);
        await pause(50);
      }
      return all;
    },
    stop: child.stop,
  };
}

/** Our gateway over stubs, with a log of its own. */
export interface Running {
  readonly gateway: Gateway;
  readonly stubs: Stubs;
  readonly published: Published;
  readonly crowd: Crowd;
  /** Where the crowd connects, and the folder with the key of its tokens. */
  readonly at: { readonly url: string; readonly keys: string };
  stop(): Promise<void>;
}

/** `environment`: more of the gateway's. */
export async function startRunning(environment: Readonly<Record<string, string>> = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-bench-'));
  const natsUrl = environment['NATS_URL'] ?? services().natsUrl;
  const namespace = `bench_${randomBytes(5).toString('hex')}`;
  const stubs = await startStubs('lineage', folder);
  const own = { NATS_URL: natsUrl, NAMESPACE: namespace, ...collecting, ...environment };
  const gateway = await ownFollowed(own).start({ ...stubs, folder });
  const [published, crowd] = [await openPublished(natsUrl, namespace), await startCrowd()];
  return {
    gateway,
    stubs,
    published,
    crowd,
    at: { url: gateway.endpoint.replace('http', 'ws'), keys: folder },
    async stop() {
      await crowd.stop();
      await gateway.stop();
      await published.close();
      await stubs.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const userNames = (count: number, prefix = 'user'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
