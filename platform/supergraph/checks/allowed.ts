/** Whether a change of a coordinate is allowed: by that itself, or by that of its field or type. */
export const isAllowed = (coordinate: string, allowed: readonly string[]): boolean =>
  allowed.some(
    (each) => coordinate === each || coordinate.startsWith(`${each}.`) || coordinate.startsWith(`${each}(`),
  );
