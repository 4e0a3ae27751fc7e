import { ConfigError } from '../../../platform/config/config.ts';
import type { GraphChecker } from '../../../platform/supergraph/checks/checker.ts';
import { isRefused, type SchemaChange } from '../../../platform/supergraph/checks/task.ts';
import type { SubgraphSdl } from '../../../platform/supergraph/with-outside.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { toStored } from './breaking.ts';
import { sha256 } from './hashes.ts';
import { isOutside, overlaid, type Part, partOf, partsOf, shippedPart, storedOf, textsOf } from './parts.ts';
import {
  type Base,
  Outdated,
  type Seed,
  type StoredSupergraph,
  type SupergraphStore,
} from './store/store.ts';

/** The subgraphs that a build comes with. */
export interface Shipped {
  readonly subgraphs: readonly SubgraphSdl[];
  /** The supergraph that they are. */
  readonly supergraph: string;
  /** The text of SUPERGRAPH_FILE, which has processors from outside too; undefined: there is none. */
  readonly file?: string | undefined;
}

interface SeedingDependencies {
  readonly store: SupergraphStore;
  readonly checker: Pick<GraphChecker, 'run'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly shipped: Shipped;
}

const hashOf = ({ subgraphs, file }: Shipped): string =>
  sha256(JSON.stringify([subgraphs.map(({ name, url, sdl }) => [name, url, sdl]), file ?? null]));

/** Processors from outside of SUPERGRAPH_FILE. @throws ConfigError where it is no supergraph */
async function fileParts({ checker }: SeedingDependencies, file: string | undefined): Promise<Part[]> {
  if (file === undefined) return [];
  const extracted = await checker.run({ kind: 'extract', supergraph: file }).catch((error: Error) => {
    throw new ConfigError(`SUPERGRAPH_FILE: the file is no supergraph: ${error.message}`);
  });
  return extracted.map((each) => partOf(each, 'file'));
}

/** A graph that is to be served: composed, or why it cannot be. */
type Made =
  | { readonly sdl: string; readonly changes: readonly SchemaChange[] }
  | { readonly problem: string };

interface Wanted {
  readonly own: readonly Part[];
  readonly outside: readonly Part[];
  readonly registered: readonly Part[];
  readonly current: StoredSupergraph | null;
}

/** A report that cannot be made holds nothing up. */
export const compared = (
  { checker, logger }: Pick<SeedingDependencies, 'checker'> & { readonly logger: Pick<Logger, 'warn'> },
  before: string,
  after: string,
): Promise<readonly SchemaChange[]> =>
  checker.run({ kind: 'compare', before, after }).catch((err: unknown) => {
    logger.warn({ err }, 'two supergraphs could not be compared; the version is stored without its changes');
    return [];
  });

async function compose(deps: SeedingDependencies, wanted: Wanted): Promise<Made> {
  const { checker, shipped } = deps;
  const { own, outside, registered, current } = wanted;
  if (registered.length === 0) {
    // Composed when the build, or the file, was made.
    const sdl = shipped.file ?? shipped.supergraph;
    return { sdl, changes: current ? await compared(deps, current.sdl, sdl) : [] };
  }
  const result = await checker.run({ kind: 'compose', own, outside, before: current?.sdl ?? null });
  return isRefused(result) ? { problem: result.faults.map(({ message }) => message).join('\n') } : result;
}

const making = (deps: SeedingDependencies, wanted: Wanted): Promise<Made> =>
  compose(deps, wanted).catch((error: Error) => ({ problem: error.message }));

async function seedOnce(deps: SeedingDependencies): Promise<void> {
  const { store, clock, logger, shipped } = deps;
  const [current, seed] = [await store.current(), await store.seed()];
  const hash = hashOf(shipped);
  if (current && seed?.hash === hash && seed.problem === null) return;
  const own = shipped.subgraphs.map(shippedPart);
  const file = await fileParts(deps, shipped.file);
  const served = current ? await partsOf(store, current) : [];
  const registered = served.filter(({ origin }) => origin === 'registered');
  const outside = overlaid(file, registered);
  const made = await making(deps, { own, outside, registered, current });
  const base: Base = { version: current?.version ?? null, seedHash: seed?.hash ?? null };
  const next: Seed = { hash, subgraphs: storedOf([], [...own, ...file]), problem: null };
  if ('problem' in made) {
    logger.error(
      { problem: made.problem, version: current?.version },
      'what is registered does not compose with the subgraphs that this build ships; the supergraph from before is served on',
    );
    await store.saveSeed({ ...next, problem: made.problem }, textsOf([...own, ...file]), base);
    return;
  }
  const added = await store.append(
    {
      ...{
        reason: 'SHIPPED',
        processorId: null,
        rolledBackTo: null,
        createdBy: null,
        createdAt: clock.now(),
      },
      ...{ sdl: made.sdl, hash: sha256(made.sdl), seedHash: hash, seed: next },
      subgraphs: storedOf(own, outside),
      changes: toStored(made.changes.map((change) => ({ ...change, usedBy: [] }))),
      sdls: textsOf([...own, ...outside]),
    },
    base,
  );
  logger.info(
    { version: added.version, outside: added.subgraphs.filter(isOutside).map(({ name }) => name) },
    'stored the supergraph of this build',
  );
}

const MOST_TRIES = 20;

/**
 * Stores what the build ships as the newest version, with what is registered composed onto it. Where that does not compose,
 * the version before is served on, and the log and the seed say why. Several processes may start at once.
 * @throws ConfigError where SUPERGRAPH_FILE is no supergraph
 */
export async function seedSupergraph(deps: SeedingDependencies): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await seedOnce(deps);
    } catch (error) {
      // Another process stored a version meanwhile: perhaps this very one.
      if (!(error instanceof Outdated) || attempt === MOST_TRIES) throw error;
    }
  }
}
