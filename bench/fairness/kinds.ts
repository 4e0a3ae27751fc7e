/** Kinds of floods. */
export const floodKinds = ['subscriptions', 'queries', 'drafts'] as const;
export type FloodKind = (typeof floodKinds)[number];

/** Subscriptions of a flooding user. */
export const SUBSCRIPTIONS = 200;
/** Concurrent requests of a flooding user. */
export const AT_ONCE = 50;

export const floodNames: Readonly<Record<FloodKind, string>> = {
  subscriptions: `${SUBSCRIPTIONS} subscriptions, each with a selection of its own, while drafts are stored`,
  queries: `${AT_ONCE} core queries under way, each of another page`,
  drafts: `${AT_ONCE} drafts being stored, and expanded`,
};
