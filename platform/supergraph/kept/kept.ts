import { z } from 'zod';
import type { ServedSupergraph } from '../../clients/supergraph.ts';
import { textHash } from '../../serving/graphql/operation.ts';
import type { Logger } from '../../telemetry/logger.ts';

const kept = z.object({ version: z.int().min(1), sdl: z.string().min(1), hash: z.string() });

/** A supergraph of the registry's, as it is kept: the rest of what the registry tells follows from `sdl`. */
export type NumberedSupergraph = Pick<ServedSupergraph, 'version' | 'sdl' | 'hash'>;

/** Keeps the registry's supergraph that was served last, over restarts. */
export interface SupergraphKeep {
  /** Undefined where there is none, or what is there is not as it was kept. @throws when the store does not answer */
  load(): Promise<NumberedSupergraph | undefined>;
  /** Whole, or not at all. */
  keep(supergraph: NumberedSupergraph): Promise<void>;
}

export const keptText = ({ version, sdl, hash }: NumberedSupergraph): string =>
  JSON.stringify({ version, hash, sdl });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The supergraph in a text that was kept; undefined where it is not whole. */
export function keptIn(text: string): NumberedSupergraph | undefined {
  const { data } = kept.safeParse(parsed(text));
  return data && textHash(data.sdl) === data.hash ? data : undefined;
}

/** Keeps it in several places: the newest of them is read, and one that fails is logged and costs nothing else. */
export function keepInAll(places: readonly SupergraphKeep[], logger: Pick<Logger, 'warn'>): SupergraphKeep {
  const orNothing = (what: string) => (error: unknown) => {
    logger.warn({ err: error }, `${what} the supergraph that was served last failed; going on without`);
    return undefined;
  };
  return {
    async load() {
      const found = await Promise.all(places.map((place) => place.load().catch(orNothing('reading'))));
      return found
        .filter((each) => each !== undefined)
        .reduce<NumberedSupergraph | undefined>(
          (newest, each) => (newest && newest.version >= each.version ? newest : each),
          undefined,
        );
    },
    async keep(supergraph) {
      await Promise.all(places.map((place) => place.keep(supergraph).catch(orNothing('keeping'))));
    },
  };
}
