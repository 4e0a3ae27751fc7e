import { type ComponentType, useCallback, useEffect, useRef, useState } from 'react';
import type { OpenIdClient } from '../../gateway/studio/config.ts';
import { Button } from '../design/controls/button.tsx';
import { Failed } from '../design/states/notices.tsx';
import type { InsideProps } from '../session/session.ts';
import { SigningIn, Welcome } from '../session/sign-in.tsx';
import css from './door.module.css';
import { failureBy, REFUSED } from './failures.ts';
import { wasSignedIn } from './pending.ts';
import type { OpenIdProvider, Tokens } from './provider.ts';
import { type OpenIdSession, openIdSession } from './session.ts';
import { type Arrival, arrive, leaveFor, signOut } from './visits.ts';

export interface OpenIdDoorProps {
  readonly config: OpenIdClient;
  readonly inside: ComponentType<InsideProps>;
}

/** The state of the door: under way, where to sign in and why, or the page. */
type Shown = 'working' | { readonly reason: string | undefined } | { readonly session: OpenIdSession };

/** Asks the user to go to the provider. */
function Ask({
  config,
  reason,
  onFailed,
}: {
  readonly config: OpenIdClient;
  readonly reason: string | undefined;
  readonly onFailed: (reason: string) => void;
}) {
  const [isBusy, setIsBusy] = useState(false);
  const go = () => {
    setIsBusy(true);
    leaveFor(config, false).catch((error: unknown) => {
      setIsBusy(false);
      onFailed(failureBy(error).message);
    });
  };
  return (
    <Welcome>
      {reason ? <Failed title="You are not signed in" reason={reason} /> : null}
      <p>
        You sign in at <strong>{new URL(config.issuer).host}</strong>, and come back here.
      </p>
      <p>
        <Button kind="primary" busy={isBusy} onClick={go}>
          {isBusy ? 'On the way' : 'Sign in'}
        </Button>
      </p>
    </Welcome>
  );
}

/** Wakes the session when the machine, the tab or the network comes back. */
function useWaking(session: OpenIdSession | undefined): void {
  useEffect(() => {
    if (!session) return;
    const wake = () => document.visibilityState === 'visible' && session.wake();
    const stop = new AbortController();
    const { signal } = stop;
    document.addEventListener('visibilitychange', wake, { signal });
    for (const kind of ['online', 'focus', 'pageshow']) addEventListener(kind, wake, { signal });
    return () => stop.abort();
  }, [session]);
}

/** Where users come in by an OpenID provider. */
export function OpenIdDoor({ config, inside: In }: OpenIdDoorProps) {
  const [shown, setShown] = useState<Shown>('working');
  const [trouble, setTrouble] = useState<string>();
  const session = typeof shown === 'object' && 'session' in shown ? shown.session : undefined;
  const current = useRef<OpenIdSession>(undefined);
  useWaking(session);

  const ask = useCallback((reason?: string) => {
    current.current?.close();
    wasSignedIn.set(false);
    setTrouble(undefined);
    setShown({ reason });
  }, []);
  const enter = useCallback(
    (provider: OpenIdProvider, tokens: Tokens) => {
      const opened = openIdSession({
        provider,
        tokens,
        onEnd: (reason) => ask(typeof reason === 'string' ? reason : reason.message),
        onTrouble: setTrouble,
        signOut: () => {
          opened.close();
          setShown('working');
          void signOut(config, provider, opened.tokens()).then((out) => out !== 'leaving' && ask(out.reason));
        },
      });
      current.current = opened;
      setShown({ session: opened });
    },
    [ask, config],
  );
  useEffect(() => {
    let isOver = false;
    void arrive(config).then((arrival: Arrival) => {
      if (isOver || arrival === 'leaving') return;
      if ('tokens' in arrival) enter(arrival.provider, arrival.tokens);
      else ask(arrival.reason);
    });
    return () => {
      isOver = true;
    };
  }, [config, enter, ask]);

  const refused = useCallback(() => ask(REFUSED), [ask]);
  if (shown === 'working') return <SigningIn />;
  if (!session) {
    const { reason } = shown as { readonly reason: string | undefined };
    return <Ask key={reason} config={config} reason={reason} onFailed={ask} />;
  }
  return (
    <>
      {trouble ? (
        <p role="status" className={css['trouble']}>
          {trouble} What you see stays; it goes on by itself.
          <Button kind="quiet" onClick={() => ask()}>
            Sign in again
          </Button>
        </p>
      ) : null}
      <In session={session} onRefused={refused} />
    </>
  );
}
