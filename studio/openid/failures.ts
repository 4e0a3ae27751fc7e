/** Why a sign-in failed, in words for people, with what to do. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  /** Asked without a word, the provider would have had to ask the user: no failure to tell of. */
  readonly isSilent: boolean;
  /** The provider is away: the same may be tried again. */
  readonly isPassing: boolean;

  constructor(message: string, { isSilent = false, isPassing = false, ...options }: FailedOptions = {}) {
    super(message, options);
    this.isSilent = isSilent;
    this.isPassing = isPassing;
  }
}

interface FailedOptions extends ErrorOptions {
  readonly isSilent?: boolean;
  readonly isPassing?: boolean;
}

/** Errors by which a provider says that it would have to ask the user (OpenID Connect Core 1.0, section 3.1.2.6). */
const ASKS = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

/** Of an authorization or token request (RFC 6749, sections 4.1.2.1 and 5.2). */
const WORDS: Readonly<Record<string, string>> = {
  access_denied: 'The provider did not let you in. Sign in as somebody else, or ask whoever runs it.',
  invalid_grant: 'This sign-in was used before, or took too long. Sign in again.',
  invalid_client:
    'The provider does not know the Studio page: OIDC_CLIENT_ID must name a public client there.',
  unauthorized_client:
    'The provider does not let the Studio page sign in: its client must be public, with authorization code and PKCE.',
  invalid_scope: 'The provider does not give what OIDC_SCOPE asks for. Tell whoever runs the gateway.',
  invalid_target:
    'The provider does not know the API that OIDC_PARAMETERS names. Tell whoever runs the gateway.',
  invalid_request: 'The provider does not take the request. Tell whoever runs the gateway.',
  temporarily_unavailable: 'The provider has too much to do. Try again in a moment.',
  server_error: 'Something went wrong at the provider. Try again in a moment.',
};

export const AWAY = 'The provider does not answer. Look at your connection, and try again.';
export const UNKNOWN_STATE =
  'This answer belongs to no sign-in of this tab: it was begun elsewhere, or is over. Nothing was done with it. Sign in again.';
export const NO_JWT =
  'The provider gave a token that the gateway cannot read (no JWT). Whoever runs the gateway must set OIDC_PARAMETERS or OIDC_SCOPE so that it is for the gateway.';
export const ENDED = 'Your sign-in has ended. Sign in again: you come back to where you are.';
export const REFUSED =
  'The gateway does not take what the provider gave. Sign in again; if that does not help, whoever runs the gateway must look at JWKS_URL, JWT_ISSUER and JWT_AUDIENCE.';

const CLOCK =
  'The clock of this device and the provider’s differ by too much. Set this one right, then sign in again.';
const WRONG = 'The provider’s answer is not in order, so it was not taken. Sign in again.';

interface Fault {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
  readonly status?: unknown;
}

const describedBy = ({ error_description: text }: Fault): string =>
  typeof text === 'string' && text !== '' ? ` It says: ${text.slice(0, 300)}` : '';

/** Codes of oauth4webapi for a time that is not now. */
const isClock = ({ code }: Fault): boolean => code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED';

/** A request without an answer is a TypeError, or one that was given up. */
const isAway = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');

/** The failure behind whatever was thrown while signing in or renewing. */
export function failureBy(error: unknown): SignInFailed {
  if (error instanceof SignInFailed) return error;
  const fault = (typeof error === 'object' && error !== null ? error : {}) as Fault;
  if (typeof fault.error === 'string') {
    const words = WORDS[fault.error] ?? `The provider refused it (${fault.error}).`;
    const isPassing = fault.error === 'temporarily_unavailable' || fault.error === 'server_error';
    return new SignInFailed(words + describedBy(fault), {
      cause: error,
      isSilent: ASKS.has(fault.error),
      isPassing,
    });
  }
  if (isAway(error) || (typeof fault.status === 'number' && fault.status >= 500))
    return new SignInFailed(AWAY, { cause: error, isPassing: true });
  return new SignInFailed(isClock(fault) ? CLOCK : WRONG, { cause: error });
}
