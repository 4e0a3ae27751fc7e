/** Answer of `GET /api/v1/docs/config.json`. */
export interface PageConfig {
  /** The path of the OpenAPI description. */
  description: string;
  /** The name of the security scheme to set the token for. */
  scheme: string;
  /** A bearer token for the page's requests; null when users enter their own. */
  token: string | null;
}
