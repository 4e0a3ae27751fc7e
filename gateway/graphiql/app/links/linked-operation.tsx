import { useEffect, useState } from 'react';
import { type Link, readLink } from '../../link.ts';
import { useOpenTab } from './open-tab.ts';

/**
 * Reads the operation that the page's address names, and takes it out of the address: a reload shows the tab as it was
 * edited since, and neither a bookmark nor the browser's history keeps the content.
 */
export function takeLink(): Link | null {
  const link = readLink(location.hash);
  if (link) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

const problemOf = (link: Link | null): string | null => (link && 'problem' in link ? link.problem : null);

/** Opens links that are followed while the page is open, and tells of one that cannot be. */
export function LinkedOperation({ first }: { readonly first: Link | null }) {
  const [problem, setProblem] = useState(problemOf(first));
  const openTab = useOpenTab();
  useEffect(() => {
    const follow = () => {
      const link = takeLink();
      setProblem(problemOf(link));
      if (link && 'content' in link) openTab(link.content);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, [openTab]);
  if (problem === null) return null;
  return (
    <div className="graphiql-dialog link-problem" role="alert">
      <p>This link opens no operation. {problem}</p>
      <button type="button" className="graphiql-button" onClick={() => setProblem(null)}>
        Close
      </button>
    </div>
  );
}
