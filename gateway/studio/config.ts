/**
 * An OpenID provider's description of itself (OpenID Connect Discovery 1.0, section 3), as far as a page that signs in
 * must know it.
 */
export interface OpenIdServer {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint?: string | undefined;
  revocation_endpoint?: string | undefined;
  authorization_response_iss_parameter_supported?: boolean | undefined;
  id_token_signing_alg_values_supported?: string[] | undefined;
}

/** Where users sign in: an OpenID provider that knows the Studio page as a public client. */
export interface OpenIdClient {
  /** Its issuer, e.g. `https://login.example.com`. */
  issuer: string;
  clientId: string;
  /** Scopes to ask for, e.g. `openid`. */
  scope: string;
  /** More parameters of its requests, e.g. `audience`. */
  parameters: Record<string, string>;
  /** Its description of itself; null when it did not answer the gateway: the page then asks it by itself. */
  server: OpenIdServer | null;
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
