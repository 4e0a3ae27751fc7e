import { newestFirst } from '../versions/versions.ts';

/** Makes a document of a later version of an earlier one. Pure: what it is given it may keep, change or leave out. */
export type Upcaster = (data: never) => unknown;

/** An upcaster that ships with its schema. */
export interface WrittenUpcaster {
  readonly from: string;
  readonly to: string;
  readonly upcast: Upcaster;
}

/** A step from one version to a later one: by what is written, or by what the later version declares. */
export interface Step {
  readonly to: string;
  readonly upcast: Upcaster | null;
}

const isAfter = (one: string, other: string): boolean => newestFirst(one, other) < 0;

/**
 * The steps from a version to a later one: by the written upcaster that leads furthest, and where there is none, to the
 * next version. `versions`: those that take documents, in any order.
 */
export function chainOf(
  from: string,
  to: string,
  versions: readonly string[],
  written: readonly WrittenUpcaster[],
): Step[] {
  const between = versions.filter((version) => isAfter(version, from) && !isAfter(version, to));
  const ascending = [...new Set([...between, to])].sort((one, other) => newestFirst(other, one));
  const steps: Step[] = [];
  for (let at = from; at !== to; ) {
    const leading = written.filter((one) => one.from === at && !isAfter(one.to, to));
    const [furthest] = leading.sort((one, other) => newestFirst(one.to, other.to));
    const next = furthest?.to ?? ascending.find((version) => isAfter(version, at)) ?? to;
    steps.push({ to: next, upcast: furthest?.upcast ?? null });
    at = next;
  }
  return steps;
}
