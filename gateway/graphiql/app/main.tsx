import './workers.ts';
import 'graphiql/style.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import type { GraphiqlConfig } from '../config.ts';
import { createFetcher } from './fetcher.ts';
import { historyWithoutHeaders, lastTab } from './storage.ts';

async function readConfig(): Promise<GraphiqlConfig> {
  const response = await fetch('/graphiql/config.json');
  if (!response.ok)
    throw new Error(`/graphiql/config.json answered ${response.status} ${response.statusText}`);
  return response.json();
}

const asText = (value: object | undefined): string => (value ? JSON.stringify(value, null, 2) : '');

/** Without it the variables editor does not accept objects for custom scalars. */
const anyJson = { type: ['object', 'array', 'string', 'number', 'boolean'] };

function Page({ token, operations }: GraphiqlConfig) {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  const headersText = token === null ? '' : asText(headers);
  const tabs = operations.map(({ query, variables }) => ({ query, variables: asText(variables) }));
  // A query that matches none of the tabs would open another tab.
  const start = lastTab(localStorage) ?? tabs[0];
  return (
    <GraphiQL
      fetcher={createFetcher(new URL('/graphql', location.href), headers)}
      storage={historyWithoutHeaders(localStorage, headersText)}
      shouldPersistHeaders={false}
      defaultHeaders={headersText}
      defaultTabs={tabs}
      defaultEditorToolsVisibility={true}
      customScalarSchemas={{ JSON: anyJson }}
      {...(start ? { initialQuery: start.query, initialVariables: start.variables } : {})}
    >
      <GraphiQL.Logo>Blobgraph</GraphiQL.Logo>
    </GraphiQL>
  );
}

const place = document.getElementById('graphiql');
if (!place) throw new Error('index.html has no #graphiql');
try {
  // Load the editor first: GraphiQL shows its tabs at once, and a tab opened before the editor is ready would get the
  // first tab's operation.
  const [config] = await Promise.all([
    readConfig(),
    import('monaco-graphql/esm/monaco-editor.js'),
    import('monaco-graphql/esm/lite.js'),
  ]);
  createRoot(place).render(<Page {...config} />);
} catch (error) {
  place.innerHTML = '<p class="notice"></p>';
  if (place.firstChild)
    place.firstChild.textContent = `GraphiQL could not start: ${error}. Reload to try again.`;
}
