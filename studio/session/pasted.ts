const REFUSED =
  'The gateway did not take this token: it has ended, or is not of an issuer that it trusts. Get a new one.';
const AWAY = 'The gateway does not answer. Look at your connection, and try again.';

interface Answer {
  readonly data?: { readonly me?: unknown } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Asks the gateway whether it takes a token. @returns why not, in words for people; undefined where it does */
export async function tryToken(token: string): Promise<string | undefined> {
  try {
    const answer = await fetch('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });
    const { data, errors = [] } = (await answer.json()) as Answer;
    if (data?.me) return undefined;
    const [first] = errors;
    if (answer.status === 401 || first?.extensions?.code === 'UNAUTHENTICATED') return REFUSED;
    return first?.message ?? AWAY;
  } catch {
    return AWAY;
  }
}
