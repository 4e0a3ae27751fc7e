import { GraphiQL } from 'graphiql';
import type { GraphiqlConfig } from '../config.ts';
import type { Link } from '../link.ts';
import { createFetcher } from './fetcher.ts';
import { LinkedOperation } from './linked-operation.tsx';
import { historyWithoutHeaders, lastTab } from './storage.ts';

const asText = (value: object | undefined): string => (value ? JSON.stringify(value, null, 2) : '');

/** Without it the variables editor does not accept objects for custom scalars. */
const anyJson = { type: ['object', 'array', 'string', 'number', 'boolean'] };

interface PageProps extends GraphiqlConfig {
  /** What the page's address asked for. */
  readonly link: Link | null;
}

export function Page({ token, operations, link }: PageProps) {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  const headersText = token === null ? '' : asText(headers);
  const examples = operations.map(({ query, variables }) => ({ query, variables: asText(variables) }));
  const linked = link && 'content' in link ? [link.content] : [];
  const tabs = [...linked, ...examples];
  // A query that matches none of the tabs opens another tab.
  const start = linked[0] ?? lastTab(localStorage) ?? tabs[0];
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
      <LinkedOperation first={link} />
    </GraphiQL>
  );
}
