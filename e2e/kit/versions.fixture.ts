import { expect } from 'vitest';
import { derivedBlobId } from '../../platform/ids/ids.ts';
import type { startKitSystem } from './system.fixture.ts';

type System = Awaited<ReturnType<typeof startKitSystem>>;

/** Drafts that a processor of several versions takes. */
export interface Drafts {
  readonly system: System;
  readonly caller: ReturnType<System['newUser']>;
  readonly drafts: readonly string[];
}

/** Expects one result of every draft, made by one of the versions, and no failed run. @returns the version that made each */
export async function versionsMade(
  { system, caller, drafts }: Drafts,
  processorId: string,
  versions: readonly string[],
): Promise<string[]> {
  const by: string[] = [];
  for (const id of drafts) {
    await expect
      .poll(async () => (await system.blob(caller, id))?.processing, { timeout: 60_000 })
      .toMatchObject({ state: 'COMPLETED', runs: [{ processorId, state: 'COMPLETED', error: null }] });
    const { derived } = (await system.blob(caller, id)) ?? { derived: { nodes: [] } };
    expect(derived.nodes).toHaveLength(1);
    const ids = versions.map((version) => derivedBlobId(id, processorId, version));
    expect(ids).toContain(derived.nodes[0]?.id);
    by.push(versions[ids.indexOf(derived.nodes[0]?.id ?? '')] ?? '');
  }
  expect(await system.log.deadLetters()).toEqual([]);
  return by;
}
