import { useCallback, useEffect, useState } from 'react';
import { Provider } from 'urql';
import type { StudioConfig } from '../../gateway/studio/config.ts';
import { Failed, Loading } from '../design/states/notices.tsx';
import { Toasts } from '../design/states/toasts.tsx';
import { openStudioGraph, type StudioGraph } from '../graph/client.ts';
import { LiveProvider } from '../graph/live.tsx';
import { ConfigProvider } from '../session/config.ts';
import { type InsideProps, readConfig, SessionProvider } from '../session/session.ts';
import { Door } from './door.tsx';
import { Screens } from './screens.tsx';

/** The page for a user who has come in: another session is another page. */
function SignedIn({ session, onRefused }: InsideProps) {
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
      <Door key={config.token} config={config} inside={SignedIn} onAgain={read} />
    </ConfigProvider>
  );
}
