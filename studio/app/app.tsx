import { useCallback, useEffect, useMemo, useState } from 'react';
import { Provider } from 'urql';
import type { StudioConfig } from '../../gateway/studio/config.ts';
import { Failed, Loading } from '../design/states/notices.tsx';
import { Toasts } from '../design/states/toasts.tsx';
import { openStudioGraph } from '../graph/client.ts';
import { LiveProvider } from '../graph/live.tsx';
import { ConfigProvider } from '../session/config.ts';
import { readConfig, type Session, SessionProvider } from '../session/session.ts';
import { Door } from './door.tsx';
import { Screens } from './screens.tsx';

/** The page for a user who has come in. */
function SignedIn({ session, onRefused }: { readonly session: Session; readonly onRefused: () => void }) {
  const graph = useMemo(() => openStudioGraph({ session, onRefused }), [session, onRefused]);
  useEffect(() => graph.close, [graph]);
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
      <Door config={config} inside={SignedIn} />
    </ConfigProvider>
  );
}
