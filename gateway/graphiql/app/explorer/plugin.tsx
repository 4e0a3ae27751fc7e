import { explorerPlugin as libraryPlugin } from '@graphiql/plugin-explorer';
import '@graphiql/plugin-explorer/style.css';
import type { GraphiQLPlugin } from '@graphiql/react';
import { type ReactNode, useEffect, useRef } from 'react';
import { makeAccessible } from './access.ts';

interface MarkProps {
  readonly isSelected: boolean;
}

const Mark = ({ isSelected, children }: MarkProps & { readonly children: ReactNode }) => (
  <svg
    className="explorer-mark"
    viewBox="0 0 16 16"
    aria-hidden="true"
    data-selected={isSelected ? '' : undefined}
  >
    {children}
  </svg>
);

const Box = ({ isSelected }: MarkProps) => (
  <Mark isSelected={isSelected}>
    <rect x="1.5" y="1.5" width="13" height="13" rx="3" />
    {isSelected && <path d="m4.5 8.2 2.4 2.4 4.6-4.8" />}
  </Mark>
);

const Arrow = ({ isSelected }: MarkProps) => (
  <Mark isSelected={isSelected}>
    <path d={isSelected ? 'm4 6 4 4 4-4' : 'm6 4 4 4-4 4'} />
  </Mark>
);

const { content: Content, icon } = libraryPlugin({
  showAttribution: false,
  checkboxChecked: <Box isSelected />,
  checkboxUnchecked: <Box isSelected={false} />,
  arrowOpen: <Arrow isSelected />,
  arrowClosed: <Arrow isSelected={false} />,
});

function Explorer() {
  const root = useRef<HTMLElement>(null);
  useEffect(() => (root.current ? makeAccessible(root.current) : undefined), []);
  return (
    <section className="panel explorer" aria-label="Explorer" ref={root}>
      <header className="panel-header">
        <h2>Explorer</h2>
      </header>
      <p>Put an operation together by ticking fields. Comments in the operation are lost by it.</p>
      <Content />
    </section>
  );
}

/** The panel to put operations together by ticking fields. */
export const explorerPlugin: GraphiQLPlugin = { title: 'Explorer', icon, content: Explorer };
