import { useCallback, useEffect, useMemo, useState } from 'react';
import { Provider } from 'urql';
import type { StudioConfig } from '../../gateway/studio/config.ts';
import { Failed, Loading } from '../design/states/notices.tsx';
import { Toasts } from '../design/states/toasts.tsx';
import { openStudioGraph, type StudioGraph } from '../graph/client.ts';
import { LiveProvider } from '../graph/live.tsx';
import { ConfigProvider } from '../session/config.ts';
import {
  localSession,
  pastedSession,
  pastedToken,
  readConfig,
  type Session,
  SessionProvider,
} from '../session/session.ts';
import { SignIn } from '../session/sign-in.tsx';
import { Screens } from './screens.tsx';

interface SignedInProps {
  readonly session: Session;
  readonly onRefused: () => void;
}

/** The page for a user who has come in: another session is another page. */
function SignedIn({ session, onRefused }: SignedInProps) {
  const [graph, setGraph] = useState<StudioGraph>();
  // Opened by the effect that closes it: a closed graph is not used again, however often React runs the effect.
  useEffect(() => {
    const opened = openStudioGraph({ session, onRefused });
    setGraph(opened);
    return opened.close;
  }, [session, onRefused]);
  if (!graph) return null;
  return (
    <SessionProvider value={session}>
      <Provider value={graph.client}>
        <LiveProvider graph={graph}>
          <Toasts>
            <Screens />
          </Toasts>
        </LiveProvider>
      </Provider>
    </SessionProvider>
  );
}

interface DoorProps {
  readonly config: StudioConfig;
  /** Asks the gateway anew how users come in. */
  readonly onAgain: () => void;
}

function Door({ config, onAgain }: DoorProps) {
  const [token, setToken] = useState(config.token ?? pastedToken.read());
  const [reason, setReason] = useState<string>();
  const leave = useCallback((why?: string) => {
    pastedToken.forget();
    setToken(null);
    setReason(why);
  }, []);
  const refused = useCallback(() => leave('The gateway did not take this token. Get a new one.'), [leave]);
  const session = useMemo(() => {
    if (token === null) return undefined;
    if (config.token !== null) return localSession(token);
    return pastedSession(token, {
      signOut: () => leave(),
      onEnd: () => leave('This token has ended. Get a new one.'),
    });
  }, [token, config, leave]);
  if (session) return <SignedIn key={token} session={session} onRefused={refused} />;
  if (config.token !== null)
    return <Failed title="The gateway did not take its own token" reason={GONE} onRetry={onAgain} />;
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

const GONE = 'It may have been started anew, with other keys.';

export function App() {
  const [config, setConfig] = useState<StudioConfig>();
  const [fault, setFault] = useState<string>();
  const read = useCallback(() => {
    setFault(undefined);
    readConfig().then(setConfig, (error: Error) => setFault(error.message));
  }, []);
  useEffect(read, [read]);
  if (fault) return <Failed title="The Studio could not start" reason={fault} onRetry={read} />;
  if (!config) return <Loading label="Loading the Studio" />;
  return (
    <ConfigProvider value={config}>
      {/* Another token of the gateway's own: a door that nobody has been refused at. */}
      <Door key={config.token} config={config} onAgain={read} />
    </ConfigProvider>
  );
}
