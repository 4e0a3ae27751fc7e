import type { FaultFragment } from './operations.generated.ts';

type UserFault = Pick<FaultFragment, 'field' | 'message'>;

/** The fault at a field of an input; `title` is also `chapters.0.title`. */
export const faultAt = (faults: readonly UserFault[], name: string): string | undefined =>
  faults.find(({ field }) => field === name || field?.endsWith(`.${name}`))?.message;

/** The faults that stand at none of these fields. */
export const faultsBeside = (
  { faults, userErrors }: { readonly faults: readonly string[]; readonly userErrors: readonly UserFault[] },
  names: readonly string[],
): string[] => {
  const shown = new Set(names.map((name) => faultAt(userErrors, name)));
  return faults.filter((message) => !shown.has(message));
};
