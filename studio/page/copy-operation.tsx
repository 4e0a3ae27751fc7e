import { Menu, MenuItem } from '../design/controls/menu.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { curlOf, graphiqlOf, laidOut, type SentOperation } from '../graph/operation.ts';
import { useConfig } from '../session/config.ts';

/** Copies the operation behind what is shown, as GraphQL or curl, and opens it in GraphiQL. */
export function CopyOperation({ operation }: { readonly operation: SentOperation }) {
  const [tell, { graphiql }] = [useTell(), useConfig()];
  const copy = async (what: string, text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      tell(`Copied as ${what}.`);
    } catch {
      tell('The browser does not let this page copy.', true);
    }
  };
  const items = (
    <>
      <MenuItem onClick={() => void copy('GraphQL', laidOut(operation.document))}>Copy as GraphQL</MenuItem>
      <MenuItem onClick={() => void copy('curl', curlOf(operation))}>Copy as curl</MenuItem>
      {graphiql ? (
        <a href={graphiqlOf(operation)} target="_blank" rel="noopener">
          Open in GraphiQL
        </a>
      ) : null}
    </>
  );
  return (
    <Menu title="The operation behind this view" items={items}>
      <span aria-hidden="true">{'{ }'}</span> Copy as
    </Menu>
  );
}
