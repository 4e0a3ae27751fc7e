import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect } from 'vitest';
import type { Change } from '../../../platform/changes/change.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { declaredSubscriptions } from '../../../platform/subscriptions/declared.ts';
import type { TestService } from '../../../platform/testing/service.ts';
import type { Caller } from '../testing/subgraph.fixture.ts';

/** Arguments behind the first. */
type Tail<F> = F extends (first: never, ...rest: infer Rest) => unknown ? Rest : never;

const declarations = declaredSubscriptions(
  parse(readFileSync(projectFile('subgraphs/events/schema.graphql'), 'utf8')),
);

/** The changes of a subscription after a cursor, until `isLast`. */
async function followOn(
  state: TestService,
  { viewer }: Caller,
  [field, args]: readonly [field: string, args: object],
  after: string,
  isLast: (change: Change) => boolean,
): Promise<Change[]> {
  const declared = declarations.get(field);
  if (!declared) throw new Error(`There is no subscription ${field}`);
  const feed = await state.runtime.changeFeed();
  const told: Change[] = [];
  for await (const change of feed.subscribe({ viewer, wanted: declared.wanted({ ...args }), after })) {
    told.push(change);
    if (isLast(change)) break;
  }
  return told;
}

/** Each change of a thing comes once, after those before it. */
export function expectOnceInOrder(told: readonly Change[]): void {
  const last = new Map<string, number>();
  for (const { id, version } of told) {
    expect(version).toBeGreaterThan(last.get(id) ?? 0);
    last.set(id, version);
  }
}

async function askOf<T>(
  state: TestService,
  caller: Caller,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const { data, errors } = await state.graphql<T>(query, variables, caller);
  expect(errors).toBeUndefined();
  if (!data) throw new Error('No data');
  return data;
}

/** Operations and subscriptions of users of a running state. */
export const liveOn = (state: TestService) => ({
  follow: (...given: Tail<typeof followOn>) => followOn(state, ...given),
  ask: <T>(...given: Tail<typeof askOf>) => askOf<T>(state, ...given),
});
