import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { useConnection, useUserId } from '../graph/live.tsx';
import { STAYS } from '../page/address.ts';
import { useConfig } from '../session/config.ts';
import { useSession } from '../session/session.ts';
import css from './frame.module.css';
import { ThemeSwitch } from './theme.tsx';

const PLACES = [
  ['/', 'Shelf'],
  ['/write', 'Write'],
  ['/pictures', 'Pictures'],
  ['/run', 'Run'],
] as const;

function Places() {
  const [location] = useLocation();
  const isHere = (path: string) => (path === '/' ? location === '/' : location.startsWith(path));
  return (
    <nav aria-label="Studio" className={css['places']}>
      {PLACES.map(([path, name]) => (
        <Link
          key={path}
          href={path}
          className={css['place']}
          aria-current={isHere(path) ? 'page' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

/** Says that what is shown may be old, while the connection is away. */
const ConnectionNotice = () => (
  <div role="status">
    {useConnection() === 'lost' ? (
      <p className={css['lost']}>
        The connection is lost. What you see may be old; it goes on by itself where it stopped.
      </p>
    ) : null}
  </div>
);

function Who() {
  const [userId, { signOut }] = [useUserId(), useSession()];
  return (
    <div className={css['who']}>
      {userId ? <span className={css['user']}>{userId}</span> : null}
      {signOut ? (
        <Button kind="quiet" onClick={signOut}>
          Sign out
        </Button>
      ) : null}
    </div>
  );
}

/** The bar and the notices around every screen. A new screen gets the focus, so that readers hear of it. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const first = useRef(location);
  const { graphiql } = useConfig();
  useEffect(() => {
    if (location === first.current) return;
    first.current = location;
    // A screen that goes on under another address, e.g. with what was just saved.
    if (history.state === STAYS) return;
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [location]);
  return (
    <>
      <header className={css['bar']}>
        <button type="button" className={css['skip']} onClick={() => main.current?.focus()}>
          Skip to the content
        </button>
        <Link href="/" className={css['brand']}>
          <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="24" height="24" />
          Blobgraph
        </Link>
        <Places />
        <div className={css['side']}>
          {graphiql ? (
            <a className={css['place']} href="/graphiql/">
              GraphiQL
            </a>
          ) : null}
          <ThemeSwitch />
          <Who />
        </div>
      </header>
      <ConnectionNotice />
      <main ref={main} id="main" tabIndex={-1} className={css['main']}>
        {children}
      </main>
    </>
  );
}
