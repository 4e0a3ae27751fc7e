import { type ComponentType, lazy, Suspense, useCallback, useMemo, useState } from 'react';
import type { StudioConfig } from '../../gateway/studio/config.ts';
import { Failed } from '../design/states/notices.tsx';
import { type InsideProps, localSession, pastedSession, pastedToken } from '../session/session.ts';
import { SignIn, SigningIn, Welcome } from '../session/sign-in.tsx';

const OpenIdDoor = lazy(async () => ({ default: (await import('../openid/door.tsx')).OpenIdDoor }));

/** The page for a user who has come in. */
type Inside = ComponentType<InsideProps>;

interface DoorProps {
  readonly config: StudioConfig;
  readonly inside: Inside;
  /** Asks the gateway anew how users come in. */
  readonly onAgain: () => void;
}

const REFUSED = 'The gateway does not take this token any more. Get a new one.';
const ENDED = 'Your token has ended. Get a new one: you come back to where you are.';

/** In by a token that the user pastes. */
function PastedDoor({ inside: In }: { readonly inside: Inside }) {
  const [token, setToken] = useState(pastedToken.read);
  const [reason, setReason] = useState<string>();
  const leave = useCallback((why?: string) => {
    pastedToken.forget();
    setReason(why);
    setToken(null);
  }, []);
  const refused = useCallback(() => leave(REFUSED), [leave]);
  const session = useMemo(
    () =>
      token === null
        ? undefined
        : pastedSession(token, { signOut: () => leave(), onEnd: () => leave(ENDED) }),
    [token, leave],
  );
  if (session) return <In key={token} session={session} onRefused={refused} />;
  return (
    <SignIn
      reason={reason}
      onToken={(given) => {
        pastedToken.keep(given);
        setToken(given);
      }}
    />
  );
}

/** In by the token that a gateway in development hands out. */
function LocalDoor({ token, inside: In, onAgain }: Omit<DoorProps, 'config'> & { readonly token: string }) {
  const session = useMemo(() => localSession(token), [token]);
  const [isRefused, setIsRefused] = useState(false);
  const refused = useCallback(() => setIsRefused(true), []);
  if (!isRefused) return <In session={session} onRefused={refused} />;
  return (
    <Welcome>
      <Failed
        title="The gateway does not take its own token"
        reason="It may have been started anew, with other keys."
        onRetry={onAgain}
      />
    </Welcome>
  );
}

/** How users come in here. */
export function Door({ config: { token, openId }, inside, onAgain }: DoorProps) {
  if (token !== null) return <LocalDoor token={token} inside={inside} onAgain={onAgain} />;
  if (!openId) return <PastedDoor inside={inside} />;
  return (
    <Suspense fallback={<SigningIn />}>
      <OpenIdDoor config={openId} inside={inside} />
    </Suspense>
  );
}
