import { GraphiQL, type GraphiQLProps, HISTORY_PLUGIN } from 'graphiql';
import type { GraphiqlConfig } from '../config.ts';
import type { Link } from '../link.ts';
import { explorerPlugin } from './explorer/plugin.tsx';
import { CopyLink } from './links/copy-link.tsx';
import { LinkedOperation } from './links/linked-operation.tsx';
import { planPlugin } from './plan/panel.tsx';
import { createFetcher } from './requests/fetcher.ts';
import { historyWithoutHeaders, lastTab } from './storage.ts';
import { StoryMemory } from './story/memory.ts';
import { storyPlugin } from './story/panel.tsx';

/** Without it the variables editor does not accept objects for custom scalars. */
const anyJson = { type: ['object', 'array', 'string', 'number', 'boolean'] };

/** Where the page begins: with what its address asks for, the tab that was open last, or the story. */
function beginning(link: Link | null, memory: StoryMemory): Partial<GraphiQLProps> {
  const linked = link && 'content' in link ? link.content : null;
  const last = lastTab(localStorage);
  const [first] = memory.steps;
  const start = linked ?? last ?? (first && memory.open(first));
  return {
    // For the first visit: GraphiQL restores tabs, and adds one for a query that none of them has.
    ...(start && { defaultTabs: [start], initialQuery: start.query, initialVariables: start.variables }),
    ...(!linked && !last && { visiblePlugin: 'Story' }),
  };
}

/** GraphiQL's settings: made once, before it is shown. */
export function propsOf({ token, story }: GraphiqlConfig, link: Link | null): GraphiQLProps {
  const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  const headersText = token === null ? '' : JSON.stringify(headers, null, 2);
  const memory = new StoryMemory(story, localStorage);
  const endpoint = new URL('/graphql', location.href);
  return {
    fetcher: createFetcher(endpoint, {
      schemaHeaders: headers,
      note: (name, result) => memory.note(name, result),
    }),
    storage: historyWithoutHeaders(localStorage, headersText),
    plugins: [storyPlugin(memory), explorerPlugin, planPlugin(endpoint), HISTORY_PLUGIN],
    shouldPersistHeaders: false,
    defaultHeaders: headersText,
    defaultEditorToolsVisibility: true,
    customScalarSchemas: { JSON: anyJson },
    ...beginning(link, memory),
  };
}

interface PageProps {
  readonly given: GraphiQLProps;
  /** The link in the page's address. */
  readonly link: Link | null;
  /** The path of the page for writers; null where it is not served. */
  readonly studio: string | null;
}

export const Page = ({ given, link, studio }: PageProps) => (
  <GraphiQL {...given}>
    <GraphiQL.Logo>
      Blobgraph
      {studio && (
        <a className="studio-link" href={studio}>
          Studio
        </a>
      )}
    </GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, merge, copy }) => (
        <>
          {prettify}
          {merge}
          {copy}
          <CopyLink />
        </>
      )}
    </GraphiQL.Toolbar>
    <LinkedOperation first={link} />
  </GraphiQL>
);
