import type { StoredChange } from './store/store.ts';

/** A change in REST. */
export const changeJson = ({ usedBy, ...change }: StoredChange) => ({
  ...change,
  used_by: usedBy.map(({ lastSeenAt, ...use }) => ({ ...use, last_seen_at: lastSeenAt })),
});
