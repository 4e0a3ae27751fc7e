/** Where users sign in: an OpenID provider that knows the Studio page as a public client. */
export interface OpenIdClient {
  /** Its issuer, e.g. `https://login.example.com`. */
  issuer: string;
  clientId: string;
  /** Scopes to ask for, e.g. `openid`. */
  scope: string;
}

/** Answer of `GET /studio/config.json`. */
export interface StudioConfig {
  /** A bearer token for the page's requests; null where users sign in. */
  token: string | null;
  /** Null where users paste a token. */
  openId: OpenIdClient | null;
  /** Whether the gateway serves GraphiQL. */
  graphiql: boolean;
}
