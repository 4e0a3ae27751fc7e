import type { StoryStep } from './story.ts';

/** Answer of `GET /graphiql/config.json`. */
export interface GraphiqlConfig {
  /** A bearer token for the page's requests; null when users enter their own. */
  readonly token: string | null;
  /** In order. */
  readonly story: readonly StoryStep[];
  /** The path of the page for writers; null where it is not served. */
  readonly studio: string | null;
}
