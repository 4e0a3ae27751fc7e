const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;

/** True for `MAJOR.MINOR.PATCH`, each a number below a million without leading zeros. */
export const isVersion = (text: string): boolean => VERSION.test(text);

const partsOf = (version: string): number[] => version.split('.').map(Number);

/** Orders versions newest first (semver.org, section 11, without pre-releases). */
export function newestFirst(one: string, other: string): number {
  const others = partsOf(other);
  for (const [index, part] of partsOf(one).entries()) {
    const difference = (others[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
