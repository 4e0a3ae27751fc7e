/** Compatibility modes of new versions, by the names of Confluent's registry. */
export const compatibilities = [
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
  'NONE',
] as const;

export type Compatibility = (typeof compatibilities)[number];
